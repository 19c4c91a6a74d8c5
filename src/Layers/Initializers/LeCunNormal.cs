namespace DeepSharp.Layers;

/// <summary>Normal with deviation sqrt(1 / fan-in). LeCun, Bottou, Orr, Müller 1998.</summary>
public sealed class LeCunNormal() : Normal(shape => Math.Sqrt(1.0 / Fans(shape).FanIn));

namespace DeepSharp.Layers;

/// <summary>Uniform in ±sqrt(3 / fan-in). LeCun, Bottou, Orr, Müller 1998.</summary>
public sealed class LeCunUniform() : Uniform(shape => Math.Sqrt(3.0 / Fans(shape).FanIn));

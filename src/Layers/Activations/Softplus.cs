namespace DeepSharp.Layers;

/// <summary>The smooth rectifier ln(1 + e^x).</summary>
public sealed class Softplus() : Activation<Kernels.SoftplusOp>(default);

namespace DeepSharp.Layers;

/// <summary>The logistic function 1 / (1 + e^-x).</summary>
public sealed class Sigmoid() : Activation<Kernels.SigmoidOp>(default);

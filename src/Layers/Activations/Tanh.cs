namespace DeepSharp.Layers;

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh() : Activation<Kernels.TanhOp>(default);

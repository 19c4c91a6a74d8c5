namespace DeepSharp.Layers;

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh() : Activation<Kernels.Tanh>(default, UnaryChains.Tanh);

using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The rectifier max(x, 0).</summary>
public sealed class ReLU() : Activation<ReLUOp>(default);

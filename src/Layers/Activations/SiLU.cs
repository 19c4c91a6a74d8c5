using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The sigmoid linear unit x / (1 + e^-x), also called swish.</summary>
public sealed class SiLU() : Activation<SiLUOp>(default);

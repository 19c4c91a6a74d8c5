namespace DeepSharp.Kernels;

/// <summary>What a normalisation adds to its input before it takes statistics: it normalises input + residual, in one pass.</summary>
/// <param name="Values">The residual, shaped as the input.</param>
/// <param name="Sum">An output for input + residual, which is the input of the backward pass; null if it is not needed.</param>
public readonly record struct NormResidual(Operand Values, Operand? Sum = null);

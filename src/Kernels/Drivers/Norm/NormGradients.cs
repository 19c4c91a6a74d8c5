namespace DeepSharp.Kernels;

/// <summary>The gradients that a normalisation's backward pass is to compute; what is null is left out.</summary>
/// <param name="Input">The gradient of the input, shaped as it is; overwritten.</param>
/// <param name="Weight">The gradient of the weight.</param>
/// <param name="Bias">The gradient of the bias.</param>
/// <param name="AddsToWeight">Whether the weight's gradient is added to what stands there, instead of written over it.</param>
/// <param name="AddsToBias">Whether the bias's gradient is added to what stands there, instead of written over it.</param>
internal readonly record struct NormGradients(
    Operand? Input = null, Operand? Weight = null, Operand? Bias = null, bool AddsToWeight = false, bool AddsToBias = false);

/// <summary>What a normalisation adds to its input before it takes statistics: it normalises input + residual, in one pass.</summary>
/// <param name="Values">The residual, shaped as the input.</param>
/// <param name="Sum">An output for input + residual, which is the input of the backward pass; null if it is not needed.</param>
internal readonly record struct NormResidual(Operand Values, Operand? Sum = null);

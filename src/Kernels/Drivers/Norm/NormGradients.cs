namespace DeepSharp.Kernels;

/// <summary>The gradients that a normalisation's backward pass is to compute; what is null is left out.</summary>
/// <param name="Input">The gradient of the input, shaped as it is; overwritten.</param>
/// <param name="Scale">The gradient of the scale.</param>
/// <param name="Shift">The gradient of the shift.</param>
/// <param name="AddToScale">Whether the scale's gradient is added to what stands there, instead of written over it.</param>
/// <param name="AddToShift">Whether the shift's gradient is added to what stands there, instead of written over it.</param>
public readonly record struct NormGradients(
    Operand? Input = null, Operand? Scale = null, Operand? Shift = null, bool AddToScale = false, bool AddToShift = false);

/// <summary>What a normalisation adds to its input before it takes statistics: it normalises input + residual, in one pass.</summary>
/// <param name="Values">The residual, shaped as the input.</param>
/// <param name="Sum">An output for input + residual, which is the input of the backward pass; null if it is not needed.</param>
public readonly record struct NormResidual(Operand Values, Operand? Sum = null);

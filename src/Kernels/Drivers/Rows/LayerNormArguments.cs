namespace DeepSharp.Kernels;

/// <summary>What the forms of layer norm are given, checked.</summary>
internal readonly record struct LayerNormForward(
    Operand Y, Operand X, Operand? Scale, Operand? Shift, Operand Mean, Operand Inverse, double Epsilon,
    NormResidual? Residual);

/// <summary>What the backward forms of layer norm are given, checked.</summary>
internal readonly record struct LayerNormBackward(
    NormGradients Gradients, Operand Dy, Operand X, Operand? Scale, Operand Mean, Operand Inverse)
{
    internal bool HasSums => Gradients.Scale is not null || Gradients.Shift is not null;

    /// <summary>Adds up the scale's and the shift's gradients of the pieces, [pieces, D], which stand one behind the other.</summary>
    internal void Join(in Operand partials, int pieces)
    {
        int columns = X.Dims[^1];
        Operand first = partials with { Dims = [pieces, columns], Strides = [columns, 1] };
        if (Gradients.Scale is { } scale)
        {
            Reduction.RunNumeric(default(Sum), scale, first, 1, Gradients.AddToScale);
        }

        if (Gradients.Shift is { } shift)
        {
            Reduction.RunNumeric(default(Sum), shift, first with { Offset = first.Offset + (pieces * columns) }, 1, Gradients.AddToShift);
        }
    }
}

namespace DeepSharp.Kernels;

/// <summary>The errors of normalisations.</summary>
internal static class NormChecks
{
    /// <summary>The elements behind one of [N, C].</summary>
    internal static int Length(in Operand x)
    {
        int length = 1;
        for (int axis = 2; axis < x.Dims.Length; axis++)
        {
            length *= x.Dims[axis];
        }

        return length;
    }

    /// <summary>The input of a normalisation: floating point, contiguous, with the rank it needs.</summary>
    internal static void Input(string name, in Operand x, int rank, string form)
    {
        if (x.DType is not (DType.Float32 or DType.Float64))
        {
            throw SoftmaxChecks.NotReal(name, x);
        }

        if (x.Dims.Length < rank)
        {
            throw new ArgumentException($"{name}: an input of shape {ReductionChecks.Text(x)}. It must be {form}; reshape it.");
        }

        SoftmaxChecks.Contiguous(name, x);
    }

    /// <summary>A tensor shaped as the input, in memory of its own.</summary>
    internal static void Like(string name, string what, in Operand a, in Operand x, bool mayBeInput = false)
    {
        if (!a.Dims.AsSpan().SequenceEqual(x.Dims))
        {
            throw new ArgumentException(
                $"{name}: {what} of shape {ReductionChecks.Text(a)} for an input of shape {ReductionChecks.Text(x)}. Both must have one "
                + "shape.");
        }

        SoftmaxChecks.Alike(name, a, x);
        SoftmaxChecks.Contiguous(name, a);
        if (!mayBeInput && a.Count > 0)
        {
            RequireNoOverlap(name, what, a, x);
        }
    }

    /// <summary>What is added to the input, and the place of the sum.</summary>
    internal static void Residual(string name, in NormResidual? residual, in Operand x, in Operand y)
    {
        if (residual is not { } given)
        {
            return;
        }

        Like(name, "a residual", given.Values, x, mayBeInput: true);
        if (x.Count > 0)
        {
            RequireNoOverlap(name, "an output", y, given.Values);
        }

        if (given.Sum is { } sum)
        {
            Like(name, "a sum", sum, x);
            Like(name, "a sum", sum, given.Values);
            Like(name, "a sum", sum, y);
        }
    }

    /// <summary>Two tensors of one size that must not overlap.</summary>
    internal static void RequireNoOverlap(string name, string what, in Operand a, in Operand x)
    {
        if (ReferenceEquals(a.Block, x.Block) && Math.Abs((long)a.Offset - x.Offset) < x.Count)
        {
            throw new ArgumentException($"{name}: {what} shares memory with an input. Give it memory of its own.");
        }
    }

    /// <summary>A value for each feature, or none.</summary>
    internal static void PerFeature(string name, string what, in Operand? values, in Operand x, int features)
    {
        if (values is not { } given)
        {
            return;
        }

        if (given.Dims.Length != 1 || given.Dims[0] != features)
        {
            throw new ArgumentException(
                $"{name}: {what} of shape {ReductionChecks.Text(given)} for an input of shape {ReductionChecks.Text(x)}. Use "
                + $"[{features}].");
        }

        SoftmaxChecks.Alike(name, given, x);
        SoftmaxChecks.Contiguous(name, given);
    }

    internal static void Epsilon(string name, double epsilon)
    {
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"{name}: epsilon must be finite and not negative, not {epsilon}.");
        }
    }

    /// <summary>What the gradients of scale and shift are when there are no elements.</summary>
    internal static void Zero(in NormGradients gradients)
    {
        if (gradients.Scale is { } scale && !gradients.AddToScale)
        {
            Fill.Zero(scale);
        }

        if (gradients.Shift is { } shift && !gradients.AddToShift)
        {
            Fill.Zero(shift);
        }
    }
}

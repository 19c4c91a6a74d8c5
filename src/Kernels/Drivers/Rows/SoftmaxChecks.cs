namespace DeepSharp.Kernels;

/// <summary>The errors of the softmax family.</summary>
internal static class SoftmaxChecks
{
    internal static void Rows(string name, in Operand a, in Operand b)
    {
        if (a.Dims.Length == 0 || !a.Dims.AsSpan().SequenceEqual(b.Dims))
        {
            throw new ArgumentException(
                $"{name}: operands of shapes {ReductionChecks.Text(a)} and {ReductionChecks.Text(b)}, which must be one shape with a "
                + "last axis.");
        }

        Alike(name, a, b);
        Contiguous(name, a);
        Contiguous(name, b);
    }

    internal static void Alike(string name, in Operand a, in Operand b)
    {
        if (a.DType != b.DType)
        {
            throw new ArgumentException($"{name}: operands of types {a.DType} and {b.DType}. Cast one of them.");
        }

        SameDevice(name, a, b);
    }

    internal static void SameDevice(string name, in Operand a, in Operand b)
    {
        if (a.Device != b.Device)
        {
            throw new ArgumentException($"{name}: operands on {a.Device} and {b.Device}. Copy one to the other's device.");
        }
    }

    internal static void Contiguous(string name, in Operand a)
    {
        if (!a.IsContiguous)
        {
            throw new ArgumentException($"{name}: an operand of shape {ReductionChecks.Text(a)} is not contiguous. Copy it first.");
        }
    }

    internal static ArgumentException NotReal(string name, in Operand a) =>
        new($"{name} needs floating-point elements, not {a.DType}. Cast first.");
}

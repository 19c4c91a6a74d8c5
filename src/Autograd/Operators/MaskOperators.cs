using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Logic of masks, the tensors of <see cref="DType.Bool"/> that comparisons give; shapes broadcast. Masks take no gradient.</summary>
/// <example><code>Tensor inside = (x &gt; 0) &amp; !(x &gt; 1);</code></example>
public static class MaskOperators
{
    extension(Tensor)
    {
        /// <summary>Where both masks are true.</summary>
        /// <exception cref="ArgumentException">A tensor holds no truth values, or shapes or devices do not fit.</exception>
        public static Tensor operator &(Tensor a, Tensor b) => Join(default(MultiplyOp), "And", a, b);

        /// <summary>Where at least one of two masks is true.</summary>
        /// <exception cref="ArgumentException">A tensor holds no truth values, or shapes or devices do not fit.</exception>
        public static Tensor operator |(Tensor a, Tensor b) => Join(default(MaximumOp), "Or", a, b);

        /// <summary>Where exactly one of two masks is true.</summary>
        /// <exception cref="ArgumentException">A tensor holds no truth values, or shapes or devices do not fit.</exception>
        public static Tensor operator ^(Tensor a, Tensor b) => Join(default(NotEqualOp), "Xor", a, b);

        /// <summary>Where a mask is false.</summary>
        /// <exception cref="ArgumentException">The tensor holds no truth values.</exception>
        public static Tensor operator !(Tensor a)
        {
            Require("Not", a);
            return a.Equal(0);
        }
    }

    private static Tensor Join<TOp>(TOp op, string name, Tensor a, Tensor b)
        where TOp : unmanaged, INumericMap
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        Require(name, a);
        Require(name, b);
        Binary.Check(name, a, b);
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, name);
        Tensor result = Tensor.Uninitialized(shape, DType.Bool, a.Device, name);

        // A kernel takes a mask as its first input only.
        Tensor numbers = b.To(DType.Int32);
        Elementwise.RunNumeric(op, result.Operand, Binary.Expanded(a, shape), Binary.Expanded(numbers, shape), result.Operand);
        return result;
    }

    private static void Require(string name, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.DType != DType.Bool)
        {
            throw new ArgumentException($"{name}: {mask.Shape} holds {mask.DType}, not Bool. Compare it with something.");
        }
    }
}

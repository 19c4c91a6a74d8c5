using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Arithmetic of two tensors with broadcasting, and their gradients.</summary>
/// <remarks>
/// Shapes broadcast by NumPy's rules. Both tensors must have one element type and be on one device. Constants take the element
/// type of the tensor; integers go with constants that are of their type, so that 2.5 is not cut off to 2. Comparisons take bytes
/// and masks as integers.
/// </remarks>
public static class BinaryOperators
{
    extension(Tensor)
    {
        /// <summary>a + b.</summary>
        public static Tensor operator +(Tensor a, Tensor b) =>
            Binary.Run(default(AddOp), a, b, static (a, b) => new AddNode(a, b, 1));

        /// <summary>a + b.</summary>
        public static Tensor operator +(Tensor a, double b) => Binary.IsReal(a) ? a.Affine(1, b) : a + Binary.Like("Add", a, b);

        /// <summary>a + b.</summary>
        public static Tensor operator +(double a, Tensor b) => b + a;

        /// <summary>a - b.</summary>
        public static Tensor operator -(Tensor a, Tensor b) =>
            Binary.Run(default(SubtractOp), a, b, static (a, b) => new AddNode(a, b, -1));

        /// <summary>a - b.</summary>
        public static Tensor operator -(Tensor a, double b) => Binary.IsReal(a) ? a.Affine(1, -b) : a - Binary.Like("Subtract", a, b);

        /// <summary>a - b.</summary>
        public static Tensor operator -(double a, Tensor b) => Binary.IsReal(b) ? b.Affine(-1, a) : Binary.Like("Subtract", b, a) - b;

        /// <summary>a b, element by element.</summary>
        public static Tensor operator *(Tensor a, Tensor b) =>
            Binary.Run(default(MultiplyOp), a, b, static (a, b) => new MultiplyNode(a, b));

        /// <summary>a b.</summary>
        // Adding -0 changes nothing; adding 0 would take the sign off a product of -0.
        public static Tensor operator *(Tensor a, double b) => Binary.IsReal(a) ? a.Affine(b, -0.0) : a * Binary.Like("Multiply", a, b);

        /// <summary>a b.</summary>
        public static Tensor operator *(double a, Tensor b) => b * a;

        /// <summary>a / b, element by element; integers must be converted first.</summary>
        public static Tensor operator /(Tensor a, Tensor b) =>
            Binary.RunReal(default(DivideOp), a, b, static (a, b) => new DivideNode(a, b));

        /// <summary>a / b.</summary>
        public static Tensor operator /(Tensor a, double b) => a / Binary.Like("Divide", a, b);

        /// <summary>a / b.</summary>
        public static Tensor operator /(double a, Tensor b) => Binary.Like("Divide", b, a) / b;

        /// <summary>Where a &gt; b: a mask.</summary>
        public static Tensor operator >(Tensor a, Tensor b) => Binary.Compare(default(GreaterOp), a, b);

        /// <summary>Where a &gt; b: a mask.</summary>
        public static Tensor operator >(Tensor a, double b) => Binary.Compare(default(GreaterOp), a, b);

        /// <summary>Where a &lt; b: a mask.</summary>
        public static Tensor operator <(Tensor a, Tensor b) => Binary.Compare(default(LessOp), a, b);

        /// <summary>Where a &lt; b: a mask.</summary>
        public static Tensor operator <(Tensor a, double b) => Binary.Compare(default(LessOp), a, b);

        /// <summary>Where a &gt;= b: a mask.</summary>
        public static Tensor operator >=(Tensor a, Tensor b) => Binary.Compare(default(GreaterOrEqualOp), a, b);

        /// <summary>Where a &gt;= b: a mask.</summary>
        public static Tensor operator >=(Tensor a, double b) => Binary.Compare(default(GreaterOrEqualOp), a, b);

        /// <summary>Where a &lt;= b: a mask.</summary>
        public static Tensor operator <=(Tensor a, Tensor b) => Binary.Compare(default(LessOrEqualOp), a, b);

        /// <summary>Where a &lt;= b: a mask.</summary>
        public static Tensor operator <=(Tensor a, double b) => Binary.Compare(default(LessOrEqualOp), a, b);

        /// <summary>The larger of two, element by element; equal elements share the gradient, and beside NaN both have all of it.</summary>
        public static Tensor Maximum(Tensor a, Tensor b) =>
            Binary.Run(default(MaximumOp), a, b, static (a, b) => new FusedBinaryNode<MaximumOp>(default, a, b));

        /// <summary>The smaller of two, element by element; equal elements share the gradient, and beside NaN both have all of it.</summary>
        public static Tensor Minimum(Tensor a, Tensor b) =>
            Binary.Run(default(MinimumOp), a, b, static (a, b) => new FusedBinaryNode<MinimumOp>(default, a, b));

        /// <summary>The larger of an element and a number; the gradient where they are equal is 1.</summary>
        public static Tensor Maximum(Tensor a, double b) => a.Clamp(b, double.PositiveInfinity);

        /// <summary>The smaller of an element and a number; the gradient where they are equal is 1.</summary>
        public static Tensor Minimum(Tensor a, double b) => a.Clamp(double.NegativeInfinity, b);

        /// <summary>A tensor's elements where a mask is true, else a number.</summary>
        /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
        public static Tensor Where(Tensor mask, Tensor yes, double no) => Tensor.Where(mask, yes, Constant(yes, no));

        /// <summary>A number where a mask is true, else a tensor's elements.</summary>
        /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
        public static Tensor Where(Tensor mask, double yes, Tensor no) => Tensor.Where(mask, Constant(no, yes), no);

        /// <summary>b where the mask is true, else c; all three broadcast.</summary>
        /// <param name="mask">A tensor of <see cref="DType.Bool"/>.</param>
        /// <param name="yes">The elements where the mask is true.</param>
        /// <param name="no">The elements where it is false.</param>
        /// <exception cref="ArgumentException">The mask holds no truth values, or shapes, element types or devices do not
        /// fit.</exception>
        public static Tensor Where(Tensor mask, Tensor yes, Tensor no)
        {
            ArgumentNullException.ThrowIfNull(mask);
            ArgumentNullException.ThrowIfNull(yes);
            ArgumentNullException.ThrowIfNull(no);
            if (mask.DType != DType.Bool)
            {
                throw new ArgumentException(
                    $"Where: the mask {mask.Shape} holds {mask.DType}, not Bool. Compare it with something.", nameof(mask));
            }

            HalfPrecision.Match(ref yes, ref no);
            Binary.Check(nameof(Where), yes, no);
            Binary.CheckDevice(nameof(Where), yes, "the mask", mask);
            if (yes.DType is DType.Bool or DType.UInt8)
            {
                // Kernels choose between numbers that they compute with.
                return Tensor.Where(mask, Binary.Number(yes), Binary.Number(no)).To(yes.DType);
            }

            Shape shape = Shape.Broadcast(
                mask.Shape, Shape.Broadcast(yes.Shape, no.Shape, nameof(Where)), nameof(Where));
            Tensor result = Tensor.Uninitialized(shape, yes.DType, yes.Device, nameof(Where));
            Elementwise.RunNumeric(
                default(WhereOp), result.Operand, Binary.Expanded(mask, shape), Binary.Expanded(yes, shape), Binary.Expanded(no, shape));
            return yes.Records() || no.Records() ? new WhereNode(mask, yes, no).Attach(result) : result;
        }
    }

    extension(Tensor a)
    {
        /// <summary>a^b, element by element.</summary>
        /// <param name="exponent">The exponents.</param>
        public Tensor Pow(Tensor exponent) =>
            Binary.Run(default(PowOp), a.HalfToSingleIfMixed(), exponent.HalfToSingleIfMixed(), static (x, y) => new FusedBinaryNode<PowOp>(default, x, y));

        /// <summary>Where the elements are equal: a mask.</summary>
        public Tensor Equal(Tensor other) => Binary.Compare(default(EqualOp), a, other);

        /// <summary>Where the elements equal a constant: a mask.</summary>
        public Tensor Equal(double value) => Binary.Compare(default(EqualOp), a, value);

        /// <summary>Where the elements differ: a mask.</summary>
        public Tensor NotEqual(Tensor other) => Binary.Compare(default(NotEqualOp), a, other);

        /// <summary>Where the elements differ from a constant: a mask.</summary>
        public Tensor NotEqual(double value) => Binary.Compare(default(NotEqualOp), a, value);

        /// <summary>Where the elements are NaN: a mask.</summary>
        public Tensor IsNaN() => a.NotEqual(a);
    }

    private static Tensor Constant(Tensor other, double value)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Tensor.Full(Shape.Scalar, value, other.DType, other.Device);
    }
}

using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Products and norms over named axes, with gradients of any order.</summary>
public static class ContractionOperators
{
    extension(Tensor)
    {
        /// <summary>
        /// Sums of products in Einstein's notation: <c>Tensor.Einsum("ij,jk-&gt;ik", a, b)</c> is the matrix product. A letter names an axis;
        /// letters that the result does not have are summed over; a letter twice in one factor is its diagonal; <c>…</c> or <c>...</c> stands for
        /// axes that broadcast. Without an arrow the result has the letters that occur once, in alphabetical order.
        /// </summary>
        /// <remarks>Factors are multiplied from left to right, each time as one batch of matrix products.</remarks>
        /// <param name="equation">The letters of the factors, with commas between, and of the result.</param>
        /// <param name="factors">One or more, of one floating-point type.</param>
        /// <exception cref="ArgumentException">The equation does not go with the factors, or lengths of one letter differ.</exception>
        public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> factors)
        {
            ArgumentNullException.ThrowIfNull(equation);
            return new EinsteinSum(equation, factors).Run(factors).MadeBy(nameof(Einsum));
        }

        /// <summary>The cosine of the angle between vectors along an axis: a·b / (max(|a|, epsilon) max(|b|, epsilon)). Shapes broadcast.</summary>
        /// <param name="a">The first vectors.</param>
        /// <param name="b">The second vectors.</param>
        /// <param name="axis">The axis, from the end if negative; it disappears.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or the elements are integers.</exception>
        public static Tensor CosineSimilarity(Tensor a, Tensor b, int axis = 1, double epsilon = 1e-8)
        {
            Binary.Check(nameof(CosineSimilarity), a, b);
            ReductionKernels.RequireReal(nameof(CosineSimilarity), a);
            Shape shape = Shape.Broadcast(a.Shape, b.Shape, nameof(CosineSimilarity));
            int along = shape.Axis(axis, nameof(CosineSimilarity));
            a = a.Expand(shape);
            b = b.Expand(shape);
            Tensor lengths = a.Norm([along], 2).Clamp(epsilon, double.PositiveInfinity) * b.Norm([along], 2).Clamp(epsilon, double.PositiveInfinity);
            return ((a * b).Sum(along) / lengths).MadeBy(nameof(CosineSimilarity));
        }
    }

    extension(Tensor x)
    {
        /// <summary>The p-norm along one axis.</summary>
        /// <param name="axis">The axis.</param>
        /// <param name="power">p.</param>
        /// <param name="keepDims">Whether the axis stays, with length one.</param>
        /// <inheritdoc cref="Norm(Tensor, ReadOnlySpan{int}, double, bool)"/>
        public Tensor Norm(int axis, double power = 2, bool keepDims = false) => x.Norm([axis], power, keepDims);

        /// <summary>
        /// The p-norm over some axes: (sum of |x|^p)^(1/p); the largest or smallest magnitude for p of infinity or minus infinity, the number of
        /// elements that are not 0 for p = 0.
        /// </summary>
        /// <remarks>The gradient of a norm of 0 is 0; equal largest magnitudes share it.</remarks>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="power">p.</param>
        /// <param name="keepDims">Whether they stay, with length one.</param>
        /// <exception cref="ArgumentException">The elements are integers, or p is NaN.</exception>
        public Tensor Norm(ReadOnlySpan<int> axes, double power = 2, bool keepDims = false)
        {
            ReductionKernels.RequireReal(nameof(Norm), x);
            if (double.IsNaN(power))
            {
                throw new ArgumentException($"Norm: there is no norm with the power {power} of {x.Shape}. Use a number or infinity.", nameof(power));
            }

            if (x.DType.IsHalfPrecision)
            {
                return x.HalfToSingle().Norm(axes, power, keepDims).Like(x).MadeBy(nameof(Norm));
            }

            Tensor norm = power switch
            {
                double.PositiveInfinity => x.Abs().Max(axes, keepDims),
                double.NegativeInfinity => x.Abs().Min(axes, keepDims),
                0 => x.NotEqual(0).Sum(axes, keepDims).To(x.DType),
                1 => x.Abs().Sum(axes, keepDims),
                2 => x.Square().Sum(axes, keepDims).Apply(default(RootOfSquaresOp)),
                _ => NormOfPowers.Run(x, new ReducedAxes(x.Shape, axes, nameof(Norm)), power, keepDims),
            };
            return norm.MadeBy(nameof(Norm));
        }

        /// <summary>The product of all elements.</summary>
        public Tensor Prod() => x.Prod([]);

        /// <summary>The product along one axis.</summary>
        /// <param name="axis">The axis.</param>
        /// <param name="keepDims">Whether it stays, with length one.</param>
        public Tensor Prod(int axis, bool keepDims = false) => x.Prod([axis], keepDims);

        /// <summary>The product over some axes; 1 over none. Integers and masks multiply as Int64. The gradients are right among zeros, too.</summary>
        /// <param name="axes">The axes; all if empty.</param>
        /// <param name="keepDims">Whether they stay, with length one.</param>
        public Tensor Prod(ReadOnlySpan<int> axes, bool keepDims = false)
        {
            ArgumentNullException.ThrowIfNull(x);
            if (x.DType.IsHalfPrecision)
            {
                return x.HalfToSingle().Prod(axes, keepDims).Like(x).MadeBy(nameof(Prod));
            }

            ReducedAxes reduced = new(x.Shape, axes, nameof(Prod));
            Tensor product = ReductionKernels.Product(x.DType.IsFloatingPoint ? x : x.To(DType.Int64), reduced);
            Tensor result = x.Records() ? new ProductNode(x, reduced).Attach(product) : product;
            return keepDims ? result : result.Reshape(reduced.Dropped).MadeBy(nameof(Prod));
        }
    }
}

/// <summary>A p-norm: dx = g sign(x) (|x| / y)^(p - 1), 0 where y is.</summary>
internal sealed class NormOfPowers : Node
{
    private readonly ReducedAxes _axes;
    private readonly double _power;

    private NormOfPowers(Tensor x, Tensor norm, ReducedAxes axes, double power)
        : base("Norm", x)
    {
        (_axes, _power) = (axes, power);
        SaveInputs(x);
        Save(norm);
    }

    internal static Tensor Run(Tensor x, ReducedAxes axes, double power, bool keepDims)
    {
        int[] reduced = [.. Enumerable.Range(0, x.Rank).Where(axis => (axes.Mask >> axis & 1) != 0)];
        Tensor values = x.Detach();
        Tensor sum = values.Abs().Pow(power);
        Tensor norm = (reduced.Length == 0 ? sum : sum.Sum(reduced, keepDims: true)).Pow(1 / power);
        Tensor result = x.Records() ? new NormOfPowers(x, norm, axes, power).Attach(norm) : norm;
        return keepDims ? result : result.Reshape(axes.Dropped);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        Tensor norm = SavedOutput(1);
        Tensor one = Tensor.Ones(Shape.Scalar, norm.DType, norm.Device);
        Tensor unit = x / Tensor.Where(norm.Detach().Equal(0), one, norm);
        Send(0, gradient.Reshape(_axes.Kept) * unit.Sign() * Magnitude(unit).Pow(_power - 1));
    }

    // Of elements that are 0, which get no gradient, a number that every power has.
    private static Tensor Magnitude(Tensor unit) => unit.Abs().MaskedFill(unit.Detach().Equal(0), 1);
}

/// <summary>A product: each element gets the product of the others, from both sides of it, so that zeros are no matter.</summary>
internal sealed class ProductNode : Node
{
    private readonly ReducedAxes _axes;

    internal ProductNode(Tensor x, ReducedAxes axes)
        : base("Prod", x)
    {
        _axes = axes;
        SaveInputs(x);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        int[] reduced = [.. Enumerable.Range(0, x.Rank).Where(axis => (_axes.Mask >> axis & 1) != 0)];
        int[] order = [.. Enumerable.Range(0, x.Rank).Except(reduced), .. reduced];
        int kept = x.Rank - reduced.Length;
        Tensor last = x.Permute(order);
        Shape shape = last.Shape;
        int count = checked((int)_axes.Count);
        Tensor rows = last.Reshape(new Shape([.. shape.AsSpan()[..kept], count]));
        Tensor one = Tensor.Ones(new Shape([.. shape.AsSpan()[..kept], 1]), x.DType, x.Device);
        int rest = Math.Max(0, count - 1);
        Tensor before = Tensor.Concatenate([one.Narrow(-1, 0, Math.Min(1, count)), rows.Narrow(-1, 0, rest)], -1).CumulativeProduct(-1);
        Tensor behind = Tensor.Concatenate([one.Narrow(-1, 0, Math.Min(1, count)), rows.Flip(-1).Narrow(-1, 0, rest)], -1).CumulativeProduct(-1).Flip(-1);
        int[] inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            inverse[order[i]] = i;
        }

        Send(0, gradient.Reshape(_axes.Kept) * (before * behind).Reshape(shape).Permute(inverse));
    }
}

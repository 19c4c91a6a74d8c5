using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Element-wise functions of one tensor, with their gradients.</summary>
/// <remarks>
/// They need floating-point elements, apart from the negative, absolute value, sign, square, power, limits and maximum with zero, which Int32
/// and Int64 have too; those wrap where the type ends, as in PyTorch and NumPy.
/// </remarks>
public static class UnaryOperators
{
    extension(Tensor)
    {
        /// <summary>The negative.</summary>
        public static Tensor operator -(Tensor a) => a.Neg();
    }

    extension(Tensor x)
    {
        /// <summary>-x.</summary>
        public Tensor Neg() => Whole(x) ? 0 - x : x.Apply(default(NegOp));

        /// <summary>|x|; the gradient at 0 is 0.</summary>
        public Tensor Abs() => Whole(x) ? Tensor.Maximum(x, -x) : x.Apply(default(AbsOp));

        /// <summary>e^x.</summary>
        public Tensor Exp() => x.HalfToSingleIfMixed().Apply(default(ExpOp));

        /// <summary>e^x - 1, accurate near 0 where <c>x.Exp() - 1</c> loses its digits.</summary>
        public Tensor Expm1() => x.HalfToSingleIfMixed().Apply(default(Expm1Op));

        /// <summary>The natural logarithm; -inf at 0, NaN below.</summary>
        public Tensor Log() => x.HalfToSingleIfMixed().Apply(default(LogOp));

        /// <summary>ln(1 + x), accurate near 0 where <c>(x + 1).Log()</c> loses its digits; -inf at -1, NaN below.</summary>
        public Tensor Log1p() => x.HalfToSingleIfMixed().Apply(default(Log1pOp));

        /// <summary>The square root; NaN below 0.</summary>
        public Tensor Sqrt() => x.Apply(default(SqrtOp));

        /// <summary>1 / sqrt(x).</summary>
        public Tensor Rsqrt() => x.HalfToSingleIfMixed().Apply(default(RsqrtOp));

        /// <summary>x^2.</summary>
        public Tensor Square() => Whole(x) ? x * x : x.HalfToSingleIfMixed().Apply(default(SquareOp));

        /// <summary>1 / x.</summary>
        public Tensor Reciprocal() => x.HalfToSingleIfMixed().Apply(default(ReciprocalOp));

        /// <summary>The hyperbolic tangent.</summary>
        public Tensor Tanh() => x.Apply(default(TanhOp));

        /// <summary>The logistic function 1 / (1 + e^-x).</summary>
        public Tensor Sigmoid() => x.Apply(default(SigmoidOp));

        /// <summary>max(x, 0); the gradient at 0 is 0.</summary>
        public Tensor ReLU() => Whole(x) ? x.Clamp(0, double.PositiveInfinity) : x.Apply(default(ReLUOp));

        /// <summary>x where x > 0, else slope * x.</summary>
        /// <param name="slope">The slope below zero.</param>
        public Tensor LeakyReLU(double slope = 0.01) => x.Apply(new LeakyReLUOp(slope));

        /// <summary>x where x > 0, else alpha (e^x - 1).</summary>
        /// <param name="alpha">The value that -y approaches far below zero.</param>
        public Tensor ELU(double alpha = 1) => x.Apply(new ELUOp(alpha));

        /// <summary>The Gaussian error linear unit x Phi(x), Phi the normal distribution function.</summary>
        public Tensor GELU() => x.Apply(default(GELUOp));

        /// <summary>The Gaussian error linear unit by its tanh approximation.</summary>
        public Tensor GELUTanh() => x.Apply(default(GELUTanhOp));

        /// <summary>The sigmoid linear unit x / (1 + e^-x), also called swish.</summary>
        public Tensor SiLU() => x.Apply(default(SiLUOp));

        /// <summary>ln(1 + e^x).</summary>
        public Tensor Softplus() => x.HalfToSingleIfMixed().Apply(default(SoftplusOp));

        /// <summary>The sine of angles in radians.</summary>
        public Tensor Sin() => x.Apply(default(SinOp));

        /// <summary>The cosine of angles in radians.</summary>
        public Tensor Cos() => x.Apply(default(CosOp));

        /// <summary>The error function 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x.</summary>
        public Tensor Erf() => x.Apply(new ErfOp(1));

        /// <summary>The largest integer not above x; the gradient is 0.</summary>
        public Tensor Floor() => x.Apply(default(FloorOp));

        /// <summary>The smallest integer not below x; the gradient is 0.</summary>
        public Tensor Ceil() => x.Apply(default(CeilOp));

        /// <summary>The nearest integer, of two as near the even one (2.5 gives 2, as in PyTorch); the gradient is 0.</summary>
        public Tensor Round() => x.Apply(default(RoundOp));

        /// <summary>1, 0 or -1; the gradient is 0.</summary>
        public Tensor Sign() => Whole(x) ? x.Clamp(-1, 1) : x.Apply(default(SignOp));

        /// <summary>Limits to an interval, which may be infinite on either side; the gradient is 1 inside it, borders included, else 0.</summary>
        /// <param name="minimum">The smallest value let through.</param>
        /// <param name="maximum">The largest value let through.</param>
        /// <exception cref="ArgumentException">The minimum is above the maximum, one of them is NaN, or the elements are integers and one
        /// is neither infinite nor of their type.</exception>
        public Tensor Clamp(double minimum, double maximum) => !(minimum <= maximum)
            ? throw new ArgumentException($"Clamp: the interval from {minimum} to {maximum} is empty.", nameof(minimum))
            : Whole(x) ? Limited(x, minimum, maximum)
            : x.Apply(new ClampOp(minimum, maximum));

        /// <summary>The larger of x and a minimum; the gradient at the minimum is 1.</summary>
        /// <param name="minimum">The smallest value let through.</param>
        public Tensor ClampMin(double minimum) => x.Clamp(minimum, double.PositiveInfinity);

        /// <summary>The smaller of x and a maximum; the gradient at the maximum is 1.</summary>
        /// <param name="maximum">The largest value let through.</param>
        public Tensor ClampMax(double maximum) => x.Clamp(double.NegativeInfinity, maximum);

        /// <summary>x^exponent for a constant exponent.</summary>
        /// <remarks>
        /// As IEEE 754's <c>pow</c>: x^0 is 1 for every x. An exponent of 0.5 is the square root, however, as in PyTorch: it is NaN at
        /// -inf and -0 at -0, where <c>pow</c> gives inf and 0.
        /// </remarks>
        /// <param name="exponent">The exponent.</param>
        public Tensor Pow(double exponent) => exponent switch
        {
            _ when Whole(x) => x.Pow(Binary.Like(nameof(Pow), x, exponent)),
            0 => x.Apply(default(OneOp)),

            // Adding -0 changes nothing; adding 0 would take the sign off -0.
            1 => x.Apply(new AffineOp(1, -0.0)),
            2 => x.Square(),
            0.5 => x.Sqrt(),
            -1 => x.Reciprocal(),
            _ => x.HalfToSingleIfMixed().Apply(new PowerOp(exponent)),
        };

        /// <summary>scale * x + shift.</summary>
        /// <param name="scale">The factor.</param>
        /// <param name="shift">The term added.</param>
        public Tensor Affine(double scale, double shift) => x.Apply(new AffineOp(scale, shift));

        /// <summary>Applies an element-wise function of your own: one kernel, on every device, with gradients of any order.</summary>
        /// <param name="op">A public <c>readonly struct</c> that implements <see cref="IUnaryOp"/>.</param>
        /// <exception cref="ArgumentException">The elements are not floating point.</exception>
        public Tensor Apply<TOp>(TOp op)
            where TOp : unmanaged, IUnaryOp
        {
            ArgumentNullException.ThrowIfNull(x);
            string name = OperatorName<TOp>.Text;
            if (!x.DType.IsFloatingPoint)
            {
                throw new ArgumentException(
                    $"{name}: needs floating-point elements, not {x.DType} of shape {x.Shape}. Convert with To(DType.Float32).");
            }

            Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, name);
            Elementwise.Run(new UnaryForward<TOp>(op), y.Operand, x.Operand);
            return x.Records() ? new UnaryNode<TOp>(name, op, x, y).Attach(y) : y;
        }
    }
    private static bool Whole(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.DType is DType.Int32 or DType.Int64;
    }

    private static Tensor Limited(Tensor x, double minimum, double maximum)
    {
        Tensor raised = double.IsInfinity(minimum) ? x : Tensor.Maximum(x, Binary.Like(nameof(Clamp), x, minimum));
        Tensor limited = double.IsInfinity(maximum) ? raised : Tensor.Minimum(raised, Binary.Like(nameof(Clamp), x, maximum));

        // A function gives a tensor of its own, which may be changed.
        return ReferenceEquals(limited, x) ? x.Clone() : limited;
    }
}

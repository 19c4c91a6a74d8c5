using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Further element-wise functions, with gradients of any order: angles, hyperbolic and special functions, remainders.</summary>
/// <remarks>They need floating-point elements, apart from the remainders and the questions whether elements are finite.</remarks>
public static class MathOperators
{
    extension(Tensor)
    {
        /// <summary>The angles in [-pi, pi] of points with heights a and widths b, which broadcast: all quadrants, as <see cref="Math.Atan2"/>.</summary>
        /// <param name="a">The heights.</param>
        /// <param name="b">The widths.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or the elements are integers.</exception>
        public static Tensor Atan2(Tensor a, Tensor b) => Fuse.Binary<Atan2Op>(a, b);

        /// <summary>a + weight (b - a): a where the weight is 0, b where it is 1. Shapes broadcast.</summary>
        /// <param name="a">What a weight of 0 gives.</param>
        /// <param name="b">What a weight of 1 gives.</param>
        /// <param name="weight">How far it goes from a to b; outside [0, 1] it goes beyond them.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or the elements are integers.</exception>
        public static Tensor Lerp(Tensor a, Tensor b, double weight) => Fuse.Binary(a, b, new LerpOp(weight));

        /// <inheritdoc cref="Lerp(Tensor, Tensor, double)"/>
        public static Tensor Lerp(Tensor a, Tensor b, Tensor weight)
        {
            ArgumentNullException.ThrowIfNull(weight);
            ReductionKernels.RequireReal(nameof(Lerp), weight);

            // From the nearer end, so that a weight of 1 gives b to the last digit.
            Tensor step = b - a;
            return Tensor.Where(weight < 0.5, a + (step * weight), b - (step * (1 - weight))).MadeBy(nameof(Lerp));
        }
    }

    extension(Tensor x)
    {
        /// <summary>The tangent of angles in radians.</summary>
        public Tensor Tan() => x.HalfToSingleIfMixed().Apply(default(TanOp));

        /// <summary>The angle in [-pi/2, pi/2] whose sine x is; NaN outside [-1, 1].</summary>
        public Tensor Asin() => x.HalfToSingleIfMixed().Apply(default(AsinOp));

        /// <summary>The angle in [0, pi] whose cosine x is; NaN outside [-1, 1].</summary>
        public Tensor Acos() => x.HalfToSingleIfMixed().Apply(default(AcosOp));

        /// <summary>The angle in [-pi/2, pi/2] whose tangent x is.</summary>
        public Tensor Atan() => x.Apply(default(AtanOp));

        /// <summary>The hyperbolic sine (e^x - e^-x)/2, with all digits near 0.</summary>
        public Tensor Sinh() => x.HalfToSingleIfMixed().Apply(default(SinhOp));

        /// <summary>The hyperbolic cosine (e^x + e^-x)/2.</summary>
        public Tensor Cosh() => x.HalfToSingleIfMixed().Apply(default(CoshOp));

        /// <summary>The inverse hyperbolic sine ln(x + sqrt(x^2 + 1)).</summary>
        public Tensor Asinh() => x.HalfToSingleIfMixed().Apply(default(AsinhOp));

        /// <summary>The inverse hyperbolic cosine ln(x + sqrt(x^2 - 1)); NaN below 1.</summary>
        public Tensor Acosh() => x.HalfToSingleIfMixed().Apply(default(AcoshOp));

        /// <summary>The inverse hyperbolic tangent ln((1 + x)/(1 - x))/2; infinite at 1 and -1, NaN beyond.</summary>
        public Tensor Atanh() => x.HalfToSingleIfMixed().Apply(default(AtanhOp));

        /// <summary>1 - erf x, with all digits where it is small and <c>1 - x.Erf()</c> has none.</summary>
        public Tensor Erfc() => x.HalfToSingleIfMixed().Apply(default(ErfcOp));

        /// <summary>The inverse of the error function; infinite at 1 and -1, NaN beyond.</summary>
        public Tensor ErfInv() => x.HalfToSingleIfMixed().Apply(default(ErfInvOp));

        /// <summary>ln |Gamma(x)|, PyTorch's lgamma; infinite at 0 and at negative whole numbers.</summary>
        public Tensor LogGamma() => x.HalfToSingleIfMixed().Apply(default(LogGammaOp));

        /// <summary>The digamma function, the derivative of <see cref="LogGamma"/>; infinite at 0, NaN at negative whole numbers.</summary>
        public Tensor Digamma() => x.HalfToSingleIfMixed().Apply(default(DigammaOp));

        /// <summary>The integer part, towards zero; the gradient is 0.</summary>
        public Tensor Trunc() => x.Apply(default(TruncOp));

        /// <summary>The remainder of x/divisor with the sign of x, element by element, as C has it; shapes broadcast.</summary>
        /// <remarks>Exact while |x/divisor| is below 2^44 (2^102 in Float64), NaN above. Integers divided by 0 stay what they are.</remarks>
        /// <param name="divisor">The divisors.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
        public Tensor Fmod(Tensor divisor) => Whole(x)
            ? Binary.Run(default(IntegerFmodOp), x, divisor, null)
            : Fuse.Binary<FmodOp>(x, divisor);

        /// <summary>The remainder of x/divisor with the sign of x.</summary>
        /// <inheritdoc cref="Fmod(Tensor, Tensor)"/>
        public Tensor Fmod(double divisor) => x.Fmod(Binary.Like(nameof(Fmod), x, divisor));

        /// <summary>The remainder of x/divisor with the sign of the divisor, element by element, as Python and NumPy have it; shapes broadcast.</summary>
        /// <inheritdoc cref="Fmod(Tensor, Tensor)"/>
        public Tensor Remainder(Tensor divisor) => Whole(x)
            ? Binary.Run(default(IntegerRemainderOp), x, divisor, null)
            : Fuse.Binary<RemainderOp>(x, divisor);

        /// <summary>The remainder of x/divisor with the sign of the divisor.</summary>
        /// <inheritdoc cref="Fmod(Tensor, Tensor)"/>
        public Tensor Remainder(double divisor) => x.Remainder(Binary.Like(nameof(Remainder), x, divisor));

        /// <summary>Where the elements are neither infinite nor NaN: a mask.</summary>
        public Tensor IsFinite() => Binary.IsReal(x)
            ? x.Detach().Abs() < double.PositiveInfinity
            : Tensor.Ones(x.Shape, DType.Bool, x.Device);

        /// <summary>Where the elements are infinite: a mask.</summary>
        public Tensor IsInfinity() => Binary.IsReal(x)
            ? x.Detach().Abs().Equal(double.PositiveInfinity)
            : Tensor.Zeros(x.Shape, DType.Bool, x.Device);
    }

    private static bool Whole(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return !x.DType.IsFloatingPoint;
    }
}

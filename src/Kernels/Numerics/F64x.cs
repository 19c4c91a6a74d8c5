using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of 64-bit floating-point numbers, for loops on the host.</summary>
public readonly struct F64x : IRealBits<F64x>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly Vector<double> Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F64x(Vector<double> value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator +(F64x a, F64x b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator -(F64x a, F64x b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator *(F64x a, F64x b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator /(F64x a, F64x b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator -(F64x a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x(double value) => new(new Vector<double>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x(float value) => new(new Vector<double>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x(int value) => new(new Vector<double>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Max(F64x a, F64x b) => new(Vector.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Min(F64x a, F64x b) => new(Vector.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Abs(F64x a) => new(Vector.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x IfGreater(F64x a, F64x b, F64x yes, F64x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x IfGreaterOrEqual(F64x a, F64x b, F64x yes, F64x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x IfEqual(F64x a, F64x b, F64x yes, F64x no) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    /// <remarks>The error is below 1.2 units in the last place. Special cases as IEEE 754 has them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Pow(F64x a, F64x b) => DoublePrecision.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x MultiplyAdd(F64x a, F64x b, F64x c) => new(Vector.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Sqrt(F64x a) => new(Vector.SquareRoot(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Floor(F64x a) => new(Vector.Floor(a.Value));

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Exp(F64x a) => DoublePrecision.Exp(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Expm1(F64x a) => DoublePrecision.Expm1(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 0.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Log(F64x a) => DoublePrecision.Log(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Log1p(F64x a) => DoublePrecision.Log1p(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.6 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Tanh(F64x a) => DoublePrecision.Tanh(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Sigmoid(F64x a) => RealFunctions.Sigmoid(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.8 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Erf(F64x a) => DoublePrecision.Erf(a);

    /// <inheritdoc/>
    /// <remarks>The absolute error is below 2e-16; zero from 8.3 on.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x NormalTail(F64x a) => 0.5 - (0.5 * Erf(a * 0.70710678118654752440));

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10^6 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Sin(F64x a)
    {
        if (!Vector.LessThanOrEqualAll(Vector.Abs(a.Value), new Vector<double>(AngleReduction.LimitDouble)))
        {
            return SinLanes(a);
        }

        Reduced<F64x> angle = AngleReduction.FusedDouble(a);
        return IfGreater(Abs(a), 1e-8, DoublePrecision.SinReduced(angle.Quarters, angle.Rest), a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10^6 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Cos(F64x a)
    {
        if (!Vector.LessThanOrEqualAll(Vector.Abs(a.Value), new Vector<double>(AngleReduction.LimitDouble)))
        {
            return CosLanes(a);
        }

        Reduced<F64x> angle = AngleReduction.FusedDouble(a);
        return DoublePrecision.SinReduced(angle.Quarters + 1f, angle.Rest);
    }

    // At once, since the JIT inlines so many calls and no more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IReal<F64x>.Scaled(F64x slope, F64x value) =>
        new(Vector.ConditionalSelect(Vector.Equals(slope.Value, Vector<double>.Zero), Vector<double>.Zero, slope.Value * value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.PowerOfTwo(F64x n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.Scale(F64x a, F64x n)
    {
        if (Avx512F.VL.IsSupported && Vector<double>.Count == Vector256<double>.Count)
        {
            return new(Avx512F.VL.Scale(a.Value.AsVector256(), n.Value.AsVector256()).AsVector());
        }

        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F64x half = (n * 0.5f) + 6755399441055744.0 - 6755399441055744.0;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.ExponentOf(F64x a)
    {
        // Not every processor converts 64-bit integers: the exponent, biased to be positive, becomes the low bits of 2^52 + e.
        Vector<long> biased = (Vector.AsVectorInt64(a.Value) - new Vector<long>(0x3FE6A09E667F3BCD - (1023L << 52))) >>> 52;
        return new(Vector.AsVectorDouble(biased | new Vector<long>(0x4330000000000000)) - new Vector<double>(4503599627371519.0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.FractionOf(F64x a)
    {
        Vector<long> bits = Vector.AsVectorInt64(a.Value);
        Vector<long> exponent = (bits - new Vector<long>(0x3FE6A09E667F3BCD)) & new Vector<long>(unchecked((long)0xFFF0000000000000));
        return new(Vector.AsVectorDouble(bits - exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.Leading(F64x a) =>
        new(Vector.AsVectorDouble(Vector.AsVectorInt64(a.Value) & new Vector<long>(unchecked((long)0xFFFFFFFFF8000000))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.CopySign(F64x magnitude, F64x sign) => new(Vector.CopySign(magnitude.Value, sign.Value));

    // The native minimum and maximum give their second operand when one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.AtMost(F64x a, F64x limit) => new(Vector.MinNative(limit.Value, a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.AtLeast(F64x a, F64x limit) => new(Vector.MaxNative(limit.Value, a.Value));

    // Adding 1.5 * 2^52 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64x PowerOfTwo(F64x n) =>
        new(Vector.AsVectorDouble(Vector.AsVectorInt64(n.Value + new Vector<double>(6755399441056767.0)) << 52));

    /// <summary>Lane by lane, for angles that the fast reduction does not reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F64x SinLanes(F64x a)
    {
        Vector<double> result = default;
        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            result = result.WithElement(lane, F64.Sin(new F64(a.Value[lane])).Value);
        }

        return new(result);
    }

    /// <summary>Lane by lane, for angles that the fast reduction does not reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F64x CosLanes(F64x a)
    {
        Vector<double> result = default;
        for (int lane = 0; lane < Vector<double>.Count; lane++)
        {
            result = result.WithElement(lane, F64.Cos(new F64(a.Value[lane])).Value);
        }

        return new(result);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of eight 64-bit floating-point numbers, for processors with AVX-512.</summary>
/// <remarks>.NET's <c>Vector</c>, and with it <see cref="F64x"/>, stays at four there.</remarks>
internal readonly struct F64x8(Vector512<double> value) : IDoubles<F64x8>
{
    internal readonly Vector512<double> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator +(F64x8 a, F64x8 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator -(F64x8 a, F64x8 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator *(F64x8 a, F64x8 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator /(F64x8 a, F64x8 b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 operator -(F64x8 a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x8(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x8(float value) => new(Vector512.Create((double)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x8(int value) => new(Vector512.Create((double)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Max(F64x8 a, F64x8 b) => new(Vector512.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Min(F64x8 a, F64x8 b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Abs(F64x8 a) => new(Vector512.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 IfGreater(F64x8 a, F64x8 b, F64x8 yes, F64x8 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 IfGreaterOrEqual(F64x8 a, F64x8 b, F64x8 yes, F64x8 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 IfEqual(F64x8 a, F64x8 b, F64x8 yes, F64x8 no) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 MultiplyAdd(F64x8 a, F64x8 b, F64x8 c) => new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Sqrt(F64x8 a) => new(Vector512.Sqrt(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x8 Floor(F64x8 a) => new(Vector512.Floor(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IDoubles<F64x8>.AllAtMost(F64x8 a, F64x8 b) => Vector512.LessThanOrEqualAll(a.Value, b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.PowerOfTwo(F64x8 n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.Scale(F64x8 a, F64x8 n)
    {
        if (Avx512F.IsSupported)
        {
            return new(Avx512F.Scale(a.Value, n.Value));
        }

        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F64x8 half = (n * 0.5f) + 6755399441055744.0 - 6755399441055744.0;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.ExponentOf(F64x8 a)
    {
        // Not every processor converts 64-bit integers: the exponent, biased to be positive, becomes the low bits of 2^52 + e.
        Vector512<long> biased = (Vector512.AsInt64(a.Value) - Vector512.Create(0x3FE6A09E667F3BCD - (1023L << 52))) >>> 52;
        return new(Vector512.AsDouble(biased | Vector512.Create(0x4330000000000000)) - Vector512.Create(4503599627371519.0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.FractionOf(F64x8 a)
    {
        Vector512<long> bits = Vector512.AsInt64(a.Value);
        Vector512<long> exponent = (bits - Vector512.Create(0x3FE6A09E667F3BCD)) & Vector512.Create(unchecked((long)0xFFF0000000000000));
        return new(Vector512.AsDouble(bits - exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.Leading(F64x8 a) =>
        new(Vector512.AsDouble(Vector512.AsInt64(a.Value) & Vector512.Create(unchecked((long)0xFFFFFFFFF8000000))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.CopySign(F64x8 magnitude, F64x8 sign) => new(Vector512.CopySign(magnitude.Value, sign.Value));

    // The native minimum and maximum give their second operand when one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.AtMost(F64x8 a, F64x8 limit) => new(Vector512.MinNative(limit.Value, a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x8 IRealBits<F64x8>.AtLeast(F64x8 a, F64x8 limit) => new(Vector512.MaxNative(limit.Value, a.Value));

    // Adding 1.5 * 2^52 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64x8 PowerOfTwo(F64x8 n) =>
        new(Vector512.AsDouble(Vector512.AsInt64(n.Value + Vector512.Create(6755399441056767.0)) << 52));
}

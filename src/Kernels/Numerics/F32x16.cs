using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of sixteen 32-bit floating-point numbers, for processors with AVX-512.</summary>
/// <remarks>.NET's <c>Vector</c>, and with it <see cref="F32x"/>, stays at eight there.</remarks>
internal readonly struct F32x16(Vector512<float> value) : ISingles<F32x16>
{
    internal readonly Vector512<float> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator +(F32x16 a, F32x16 b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 a, F32x16 b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator *(F32x16 a, F32x16 b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator /(F32x16 a, F32x16 b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x16(double value) => new(Vector512.Create(Broadcast.Rounded(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x16(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x16(int value) => new(Vector512.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Max(F32x16 a, F32x16 b) => new(Vector512.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Min(F32x16 a, F32x16 b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Abs(F32x16 a) => new(Vector512.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 IfGreater(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 IfGreaterOrEqual(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 IfEqual(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 MultiplyAdd(F32x16 a, F32x16 b, F32x16 c) => new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sqrt(F32x16 a) => new(Vector512.Sqrt(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Floor(F32x16 a) => new(Vector512.Floor(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ISingles<F32x16>.AllAtMost(F32x16 a, F32x16 b) => Vector512.LessThanOrEqualAll(a.Value, b.Value);

    // At once, since the JIT inlines so many calls and no more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IReal<F32x16>.Scaled(F32x16 slope, F32x16 value) =>
        new(Vector512.ConditionalSelect(~Vector512.Equals(slope.Value, Vector512<float>.Zero), slope.Value * value.Value, Vector512<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.PowerOfTwo(F32x16 n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.Scale(F32x16 a, F32x16 n)
    {
        if (Avx512F.IsSupported)
        {
            return new(Avx512F.Scale(a.Value, n.Value));
        }

        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F32x16 half = (n * 0.5f) + 12582912f - 12582912f;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.ExponentOf(F32x16 a)
    {
        Vector512<int> fromRoot = a.Value.AsInt32() - Vector512.Create(0x3F3504F3);
        return new(Vector512.ConvertToSingle(fromRoot >> 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.FractionOf(F32x16 a)
    {
        Vector512<int> bits = a.Value.AsInt32();
        Vector512<int> exponent = (bits - Vector512.Create(0x3F3504F3)) & Vector512.Create(unchecked((int)0xFF800000));
        return new((bits - exponent).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.Leading(F32x16 a) =>
        new((a.Value.AsInt32() & Vector512.Create(unchecked((int)0xFFFFF000))).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.CopySign(F32x16 magnitude, F32x16 sign) => new(Vector512.CopySign(magnitude.Value, sign.Value));

    // The native minimum and maximum give their second operand when one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.AtMost(F32x16 a, F32x16 limit) => new(Vector512.MinNative(limit.Value, a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x16 IRealBits<F32x16>.AtLeast(F32x16 a, F32x16 limit) => new(Vector512.MaxNative(limit.Value, a.Value));

    // Adding 1.5 * 2^23 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32x16 PowerOfTwo(F32x16 n) =>
        new(((n.Value + Vector512.Create(12583039f)).AsInt32() << 23).AsSingle());
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of sixteen 32-bit floating-point numbers, for functions of some length on processors with AVX-512.</summary>
/// <remarks><see cref="System.Numerics.Vector{T}"/>, and with it <see cref="F32x"/>, stays at eight there. Both give the same bits.</remarks>
internal readonly struct F32x16 : IRealBits<F32x16>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly Vector512<float> Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F32x16(Vector512<float> value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator +(F32x16 a, F32x16 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 a, F32x16 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator *(F32x16 a, F32x16 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator /(F32x16 a, F32x16 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 operator -(F32x16 a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x16(double value) => new(Vector512.Create(Broadcast.Rounded(value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x16(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x16(int value) => new(Vector512.Create((float)value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Max(F32x16 a, F32x16 b) => new(Vector512.Max(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Min(F32x16 a, F32x16 b) => new(Vector512.Min(a.Value, b.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Abs(F32x16 a) => new(Vector512.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 IfGreater(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 IfGreaterOrEqual(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 IfEqual(F32x16 a, F32x16 b, F32x16 yes, F32x16 no) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value), yes.Value, no.Value));

    /// <inheritdoc/>
    /// <remarks>The error is below 2.5 units in the last place. Special cases as IEEE 754 has them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Pow(F32x16 a, F32x16 b) => SinglePrecision.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 MultiplyAdd(F32x16 a, F32x16 b, F32x16 c) => new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sqrt(F32x16 a) => new(Vector512.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Floor(F32x16 a) => new(Vector512.Floor(a.Value));

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Exp(F32x16 a) => SinglePrecision.Exp(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.8 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Expm1(F32x16 a) => SinglePrecision.Expm1(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 0.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Log(F32x16 a) => SinglePrecision.Log(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Log1p(F32x16 a) => SinglePrecision.Log1p(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.4 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Tanh(F32x16 a) => SinglePrecision.Tanh(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sigmoid(F32x16 a) => RealFunctions.Sigmoid(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Erf(F32x16 a) => SinglePrecision.Erf(a);

    /// <inheritdoc/>
    /// <remarks>The absolute error is below 1e-7, the relative one below 2e-6 up to 3, 1e-4 up to 5; zero from 10.81 on.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 NormalTail(F32x16 a) => SinglePrecision.NormalTail(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10,000 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Sin(F32x16 a)
    {
        if (!Vector512.LessThanOrEqualAll(Vector512.Abs(a.Value), Vector512.Create(AngleReduction.LimitSingle)))
        {
            return SinLanes(a);
        }

        Reduced<F32x16> angle = AngleReduction.FusedSingle(a);
        return IfGreater(Abs(a), 1e-4f, SinglePrecision.SinReduced(angle.Quarters, angle.Rest), a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. A vector with an angle beyond 10,000 is computed lane by lane.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x16 Cos(F32x16 a)
    {
        if (!Vector512.LessThanOrEqualAll(Vector512.Abs(a.Value), Vector512.Create(AngleReduction.LimitSingle)))
        {
            return CosLanes(a);
        }

        Reduced<F32x16> angle = AngleReduction.FusedSingle(a);
        return SinglePrecision.SinReduced(angle.Quarters + 1f, angle.Rest);
    }

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

    /// <summary>Lane by lane, for angles that the fast reduction does not reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F32x16 SinLanes(F32x16 a)
    {
        Vector512<float> result = default;
        for (int lane = 0; lane < Vector512<float>.Count; lane++)
        {
            result = result.WithElement(lane, F32.Sin(new F32(a.Value[lane])).Value);
        }

        return new(result);
    }

    /// <summary>Lane by lane, for angles that the fast reduction does not reach.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static F32x16 CosLanes(F32x16 a)
    {
        Vector512<float> result = default;
        for (int lane = 0; lane < Vector512<float>.Count; lane++)
        {
            result = result.WithElement(lane, F32.Cos(new F32(a.Value[lane])).Value);
        }

        return new(result);
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A 32-bit floating-point number, on the host and in kernels.</summary>
/// <remarks>The elementary functions are formulas of our own in plain arithmetic, the same for vectors and for GPUs. The error
/// bounds hold with and without fused multiply-add.</remarks>
public readonly struct F32 : IRealBits<F32>, IScalar<F32>, IStored<F32, F32>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly float Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F32(float value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 operator +(F32 a, F32 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 operator -(F32 a, F32 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 operator *(F32 a, F32 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 operator /(F32 a, F32 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 operator -(F32 a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32(double value) => new((float)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32(int value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Max(F32 a, F32 b) => Greater(a, b) | float.IsNaN(a.Value) ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Min(F32 a, F32 b) => Greater(b, a) | float.IsNaN(a.Value) ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Abs(F32 a) => new(MathF.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 IfGreater(F32 a, F32 b, F32 yes, F32 no) => Greater(a, b) ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 IfGreaterOrEqual(F32 a, F32 b, F32 yes, F32 no) => (a.Value >= b.Value) & (b.Value <= a.Value) ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 IfEqual(F32 a, F32 b, F32 yes, F32 no) => a.Value == b.Value ? yes : no;

    /// <inheritdoc/>
    /// <remarks>The error is below 2.5 units in the last place. Special cases as IEEE 754 has them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Pow(F32 a, F32 b) => SinglePrecision.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 MultiplyAdd(F32 a, F32 b, F32 c) => new((a.Value * b.Value) + c.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sqrt(F32 a) => new(MathF.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Floor(F32 a)
    {
        // Without a branch, unlike MathF.Floor in a GPU kernel: numbers of this size have no fraction, so the sum is rounded.
        F32 magnitude = Abs(a);
        F32 rounded = CopySign(magnitude + 8388608f - 8388608f, a);
        F32 floor = IfGreater(rounded, a, rounded - 1f, rounded);
        return IfGreater(8388608f, magnitude, floor, a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Exp(F32 a) => SinglePrecision.Exp(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.8 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Expm1(F32 a) => SinglePrecision.Expm1(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 0.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Log(F32 a) => SinglePrecision.Log(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Log1p(F32 a) => SinglePrecision.Log1p(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.4 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Tanh(F32 a) => SinglePrecision.Tanh(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sigmoid(F32 a) => RealFunctions.Sigmoid(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Erf(F32 a) => SinglePrecision.Erf(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 7 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 NormalTail(F32 a, out F32 density) => SinglePrecision.NormalTail(a, out density);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Sin(F32 a)
    {
        Reduced<F32> angle = AngleReduction.Reduce(a);
        return IfGreater(Abs(a), 1e-4f, SinglePrecision.SinReduced(angle.Quarters, angle.Rest), a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Cos(F32 a)
    {
        Reduced<F32> angle = AngleReduction.Reduce(a);
        return SinglePrecision.SinReduced(angle.Quarters + 1f, angle.Rest);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(F32 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 FromDouble(double value) => new((float)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(F32 value) => value.Value != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IStored<F32, F32>.Load(F32 stored) => stored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IStored<F32, F32>.Store(F32 value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.PowerOfTwo(F32 n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.Scale(F32 a, F32 n)
    {
        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F32 half = (n * 0.5f) + 12582912f - 12582912f;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.ExponentOf(F32 a) => new((int)(FloatBits.Of(a.Value) - 0x3F3504F3) >> 23);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.FractionOf(F32 a) =>
        new(FloatBits.ToNumber(FloatBits.Of(a.Value) - ((FloatBits.Of(a.Value) - 0x3F3504F3) & 0xFF800000)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.Leading(F32 a) => new(FloatBits.ToNumber(FloatBits.Of(a.Value) & 0xFFFFF000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.CopySign(F32 magnitude, F32 sign) => CopySign(magnitude, sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.AtMost(F32 a, F32 limit) => a.Value > limit.Value ? limit : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32 IRealBits<F32>.AtLeast(F32 a, F32 limit) => a.Value < limit.Value ? limit : a;

    // Adding 1.5 * 2^23 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 PowerOfTwo(F32 n) => new(FloatBits.ToNumber(FloatBits.Of(n.Value + 12583039f) << 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32 CopySign(F32 magnitude, F32 sign)
    {
        uint bits = FloatBits.Of(magnitude.Value) & 0x7FFFFFFF;
        return new(FloatBits.ToNumber(bits | (FloatBits.Of(sign.Value) & 0x80000000)));
    }

    // ILGPU 1.5.3 turns a comparison with a constant on the left into an unordered one, which is true for NaN; of the two
    // ways to write it one is right.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Greater(F32 a, F32 b) => (a.Value > b.Value) & (b.Value < a.Value);
}

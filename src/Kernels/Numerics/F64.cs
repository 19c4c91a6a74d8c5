using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A 64-bit floating-point number, on the host and in kernels.</summary>
/// <remarks>The elementary functions are formulas of our own in plain arithmetic, the same for vectors and for GPUs. The error
/// bounds hold with and without fused multiply-add.</remarks>
public readonly struct F64 : IRealBits<F64>, IScalar<F64>, IStored<F64, F64>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly double Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F64(double value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 operator +(F64 a, F64 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 operator -(F64 a, F64 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 operator *(F64 a, F64 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 operator /(F64 a, F64 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 operator -(F64 a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64(double value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64(int value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Max(F64 a, F64 b) => Greater(a, b) | double.IsNaN(a.Value) ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Min(F64 a, F64 b) => Greater(b, a) | double.IsNaN(a.Value) ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Abs(F64 a) => new(Math.Abs(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 IfGreater(F64 a, F64 b, F64 yes, F64 no) => Greater(a, b) ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 IfGreaterOrEqual(F64 a, F64 b, F64 yes, F64 no) => (a.Value >= b.Value) & (b.Value <= a.Value) ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 IfEqual(F64 a, F64 b, F64 yes, F64 no) => a.Value == b.Value ? yes : no;

    /// <inheritdoc/>
    /// <remarks>The error is below 1.2 units in the last place. Special cases as IEEE 754 has them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Pow(F64 a, F64 b) => DoublePrecision.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 MultiplyAdd(F64 a, F64 b, F64 c) => new((a.Value * b.Value) + c.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sqrt(F64 a) => new(Math.Sqrt(a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Floor(F64 a)
    {
        // Without a branch, unlike Math.Floor in a GPU kernel: numbers of this size have no fraction, so the sum is rounded.
        F64 magnitude = Abs(a);
        F64 rounded = CopySign(magnitude + 4503599627370496.0 - 4503599627370496.0, a);
        F64 floor = IfGreater(rounded, a, rounded - 1.0, rounded);
        return IfGreater(4503599627370496.0, magnitude, floor, a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Exp(F64 a) => DoublePrecision.Exp(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Expm1(F64 a) => DoublePrecision.Expm1(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 0.9 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Log(F64 a) => DoublePrecision.Log(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.1 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Log1p(F64 a) => DoublePrecision.Log1p(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.6 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Tanh(F64 a) => DoublePrecision.Tanh(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.5 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sigmoid(F64 a) => RealFunctions.Sigmoid(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 2.8 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Erf(F64 a) => DoublePrecision.Erf(a);

    /// <inheritdoc/>
    /// <remarks>The error is below 4 units in the last place.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 NormalTail(F64 a, out F64 density) => DoublePrecision.NormalTail(a, out density);

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. Beyond 10^6 this is Math.Sin, in a kernel ILGPU's function.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Sin(F64 a)
    {
        if (!(Math.Abs(a.Value) <= AngleReduction.LimitDouble))
        {
            return new(Math.Sin(a.Value));
        }

        Reduced<F64> angle = AngleReduction.Unfused(a);
        return IfGreater(Abs(a), 1e-8, DoublePrecision.SinReduced(angle.Quarters, angle.Rest), a);
    }

    /// <inheritdoc/>
    /// <remarks>The error is below 1.6 units in the last place. Beyond 10^6 this is Math.Cos, in a kernel ILGPU's function.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 Cos(F64 a)
    {
        if (!(Math.Abs(a.Value) <= AngleReduction.LimitDouble))
        {
            return new(Math.Cos(a.Value));
        }

        Reduced<F64> angle = AngleReduction.Unfused(a);
        return DoublePrecision.SinReduced(angle.Quarters + 1.0, angle.Rest);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(F64 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64 FromDouble(double value) => new((double)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(F64 value) => value.Value != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IStored<F64, F64>.Load(F64 stored) => stored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IStored<F64, F64>.Store(F64 value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.PowerOfTwo(F64 n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.Scale(F64 a, F64 n)
    {
        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F64 half = (n * 0.5f) + 6755399441055744.0 - 6755399441055744.0;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.ExponentOf(F64 a) => new((long)(FloatBits.Of(a.Value) - 0x3FE6A09E667F3BCD) >> 52);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.FractionOf(F64 a) =>
        new(FloatBits.ToNumber(FloatBits.Of(a.Value) - ((FloatBits.Of(a.Value) - 0x3FE6A09E667F3BCD) & 0xFFF0000000000000)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.Leading(F64 a) => new(FloatBits.ToNumber(FloatBits.Of(a.Value) & 0xFFFFFFFFF8000000));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.CopySign(F64 magnitude, F64 sign) => CopySign(magnitude, sign);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.AtMost(F64 a, F64 limit) => a.Value > limit.Value ? limit : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64 IRealBits<F64>.AtLeast(F64 a, F64 limit) => a.Value < limit.Value ? limit : a;

    // Adding 1.5 * 2^52 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 PowerOfTwo(F64 n) => new(FloatBits.ToNumber(FloatBits.Of(n.Value + 6755399441056767.0) << 52));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64 CopySign(F64 magnitude, F64 sign)
    {
        ulong bits = FloatBits.Of(magnitude.Value) & 0x7FFFFFFFFFFFFFFF;
        return new(FloatBits.ToNumber(bits | (FloatBits.Of(sign.Value) & 0x8000000000000000)));
    }

    // ILGPU 1.5.3 turns a comparison with a constant on the left into an unordered one, which is true for NaN; of the two
    // ways to write it one is right.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Greater(F64 a, F64 b) => (a.Value > b.Value) & (b.Value < a.Value);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A 64-bit signed integer. Arithmetic wraps on overflow.</summary>
public readonly struct I64 : INumeric<I64>, IScalar<I64>, IStored<I64, I64>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly long Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public I64(long value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 operator +(I64 a, I64 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 operator -(I64 a, I64 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 operator *(I64 a, I64 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    /// <remarks>The smallest number divided by -1 wraps to itself, as negation does.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 operator /(I64 a, I64 b)
    {
        // The machine traps on both special divisors, so the quotient is taken by one in their place.
        long quotient = a.Value / (b.Value == 0 || b.Value == -1 ? 1 : b.Value);
        return new(b.Value == 0 ? 0 : b.Value == -1 ? -a.Value : quotient);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 operator -(I64 a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I64(double value) => new((long)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I64(float value) => new((long)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I64(int value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 Max(I64 a, I64 b) => a.Value > b.Value ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 Min(I64 a, I64 b) => a.Value < b.Value ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 Abs(I64 a) => new(a.Value < 0 ? -a.Value : a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 IfGreater(I64 a, I64 b, I64 yes, I64 no) => a.Value > b.Value ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 IfGreaterOrEqual(I64 a, I64 b, I64 yes, I64 no) => a.Value >= b.Value ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 IfEqual(I64 a, I64 b, I64 yes, I64 no) => a.Value == b.Value ? yes : no;

    /// <inheritdoc/>
    /// <remarks>Repeated squaring; products wrap. Zero to a negative power is zero, as division by zero is.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 Pow(I64 a, I64 b)
    {
        long factor = a.Value;
        long exponent = b.Value < 0 ? 0 : b.Value;
        long power = 1;
        for (int bit = 0; bit < 63; bit++)
        {
            power = (exponent & 1) != 0 ? power * factor : power;
            factor *= factor;
            exponent >>= 1;
        }

        // 1 / a^n truncates to zero for all but 1 and -1.
        long inverse = a.Value == 1 ? 1 : a.Value == -1 ? 1 - (2 * (b.Value & 1)) : 0;
        return new(b.Value < 0 ? inverse : power);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(I64 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 FromDouble(double value) => new((long)value);

    /// <inheritdoc/>
    public static bool IsInteger => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToInteger(I64 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I64 FromInteger(long value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(I64 value) => value.Value != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static I64 IStored<I64, I64>.Load(I64 stored) => stored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static I64 IStored<I64, I64>.Store(I64 value) => value;
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A 32-bit signed integer. Arithmetic wraps on overflow.</summary>
public readonly struct I32 : INumeric<I32>, IScalar<I32>, IStored<I32, I32>
{
#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The wrapped value.</summary>
    public readonly int Value;
#pragma warning restore CA1051

    /// <summary>Wraps a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public I32(int value) => Value = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 operator +(I32 a, I32 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 operator -(I32 a, I32 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 operator *(I32 a, I32 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    /// <remarks>The smallest number divided by -1 wraps to itself, as negation does.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 operator /(I32 a, I32 b)
    {
        // The machine traps on both special divisors, so the quotient is taken by one in their place.
        int quotient = a.Value / (b.Value == 0 || b.Value == -1 ? 1 : b.Value);
        return new(b.Value == 0 ? 0 : b.Value == -1 ? -a.Value : quotient);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 operator -(I32 a) => new(-a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I32(double value) => new((int)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I32(float value) => new((int)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator I32(int value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 Max(I32 a, I32 b) => a.Value > b.Value ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 Min(I32 a, I32 b) => a.Value < b.Value ? a : b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 Abs(I32 a) => new(a.Value < 0 ? -a.Value : a.Value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 IfGreater(I32 a, I32 b, I32 yes, I32 no) => a.Value > b.Value ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 IfGreaterOrEqual(I32 a, I32 b, I32 yes, I32 no) => a.Value >= b.Value ? yes : no;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 IfEqual(I32 a, I32 b, I32 yes, I32 no) => a.Value == b.Value ? yes : no;

    /// <inheritdoc/>
    /// <remarks>Repeated squaring; products wrap. Zero to a negative power is zero, as division by zero is.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 Pow(I32 a, I32 b)
    {
        int factor = a.Value;
        int exponent = b.Value < 0 ? 0 : b.Value;
        int power = 1;
        for (int bit = 0; bit < 31; bit++)
        {
            power = (exponent & 1) != 0 ? power * factor : power;
            factor *= factor;
            exponent >>= 1;
        }

        // 1 / a^n truncates to zero for all but 1 and -1.
        int inverse = a.Value == 1 ? 1 : a.Value == -1 ? 1 - (2 * (b.Value & 1)) : 0;
        return new(b.Value < 0 ? inverse : power);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(I32 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 FromDouble(double value) => new((int)value);

    /// <inheritdoc/>
    public static bool IsInteger => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToInteger(I32 value) => value.Value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static I32 FromInteger(long value) => new(value > int.MaxValue ? int.MaxValue : value < int.MinValue ? int.MinValue : (int)value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(I32 value) => value.Value != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static I32 IStored<I32, I32>.Load(I32 stored) => stored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static I32 IStored<I32, I32>.Store(I32 value) => value;
}

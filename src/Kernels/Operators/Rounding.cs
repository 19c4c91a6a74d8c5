using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The largest integer not above x; y' = 0.</summary>
public readonly struct FloorOp : IUnaryDerivative<FloorOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Floor(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The smallest integer not below x; y' = 0.</summary>
public readonly struct CeilOp : IUnaryDerivative<CeilOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => -T.Floor(-x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The nearest integer, of two as near the even one; y' = 0.</summary>
public readonly struct RoundOp : IUnaryDerivative<RoundOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x);
        T floor = T.Floor(a);
        T part = a - floor;
        T half = floor * 0.5f;
        T even = T.IfEqual(T.Floor(half), half, floor, floor + 1f);
        T rounded = T.IfGreater(part, 0.5f, floor + 1f, T.IfEqual(part, 0.5f, even, floor));

        // Zeros keep their sign, and what rounds to zero its own.
        return T.IfGreater(x, 0f, rounded, T.IfEqual(x, 0f, x * 0f, -rounded));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The sign: 1, 0 or -1; NaN passes through; y' = 0.</summary>
public readonly struct SignOp : IUnaryDerivative<SignOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, 1f, T.IfGreater(0f, x, -1f, x * 0f));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>Limits to an interval: y = min(max(x, minimum), maximum); y' = 1 inside it, borders included, else 0. NaN passes through.</summary>
/// <param name="minimum">The smallest value let through.</param>
/// <param name="maximum">The largest value let through.</param>
public readonly struct ClampOp(double minimum, double maximum) : IUnaryOp
{
    private readonly double _minimum = minimum;
    private readonly double _maximum = maximum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(_minimum, x, _minimum, T.IfGreater(x, _maximum, _maximum, x));
}

/// <summary>The integer part, towards zero; y' = 0.</summary>
public readonly struct TruncOp : IUnaryDerivative<TruncOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(0f, x, -T.Floor(-x), T.Floor(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The remainder of a/b that has the sign of a: a - b trunc(a/b), as C has it.</summary>
public readonly struct FmodOp : IBinaryDerivatives<FmodOp>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Remainders.Of(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => 1f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => -Remainders.Truncated(a / b);
}

/// <summary>The remainder of a/b that has the sign of b: a - b floor(a/b), as Python and NumPy have it.</summary>
public readonly struct RemainderOp : IBinaryDerivatives<RemainderOp>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T rest = Remainders.Of(a, b);
        T product = T.IfGreater(0f, rest, -1f, 1f) * T.IfGreater(0f, b, -1f, 1f);
        return T.IfEqual(rest, 0f, rest, T.IfGreater(0f, product, rest + b, rest));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => 1f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => -T.Floor(a / b);
}

/// <summary>The remainder of a division of integers that has the sign of a; a itself if b is 0.</summary>
public readonly struct IntegerFmodOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => a - (a / b * b);
}

/// <summary>The remainder of a division of integers that has the sign of b; a itself if b is 0.</summary>
public readonly struct IntegerRemainderOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T>
    {
        T rest = a - (a / b * b);
        T sign = T.IfGreater(0, rest, -1, 1) * T.IfGreater(0, b, -1, 1);
        return T.IfEqual(rest, 0, rest, T.IfGreater(0, sign, rest + b, rest));
    }
}

/// <summary>A step from a towards b: a + weight (b - a), computed from b where the weight is 1/2 and above, so that a weight of 1 gives b.</summary>
/// <param name="weight">How far: 0 gives a, 1 gives b.</param>
public readonly struct LerpOp(double weight) : IBinaryOp
{
    private readonly double _weight = weight;
    private readonly double _oneMinusWeight = 1 - weight;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => _weight < 0.5 ? a + ((b - a) * _weight) : b - ((b - a) * _oneMinusWeight);
}

/// <summary>The remainder of a/b with the sign of a, to the last digit.</summary>
internal static class Remainders
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Truncated<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(0f, x, -T.Floor(-x), T.Floor(x));

    /// <remarks>Two divisions: by b times 2^22 (2^51 in double precision), then by b. Quotient and divisor are taken apart into halves, so that
    /// all their products, and then all differences, are exact. Where the quotient is above 2^44 (2^102), it is NaN.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Of<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T one = 1f;
        T half = T.IfEqual(one + 1e-10f, one, 4096f, 134217728f);
        T step = T.IfEqual(one + 1e-10f, one, 4194304f, 2251799813685248.0);
        T rest = T.IfGreater(0f, a, -a, a);
        T divisor = T.IfGreater(0f, b, -b, b);
        T size = rest;

        // Veltkamp's split; a large divisor is made smaller for it, as the product must not overflow.
        T scale = T.IfGreater(divisor, 1e30f, 9.5367431640625e-7f, 1f);
        scale *= scale;
        T scaled = divisor * scale;
        T spread = scaled * (half + 1f);
        T high = (spread - (spread - scaled)) / scale;
        T low = divisor - high;
        rest = Step(rest, divisor * step, high * step, low * step, half);
        rest = Step(rest, divisor, high, low, half);
        rest = T.IfGreater(divisor, size, size, rest);
        rest = T.IfGreater(size, divisor * step * step, float.NaN, T.IfEqual(divisor, divisor, rest, divisor));
        return T.IfGreater(0f, a, -rest, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Step<T>(T rest, T divisor, T high, T low, T half)
        where T : unmanaged, IReal<T>
    {
        T quotient = T.Floor(rest / divisor);
        T first = T.Floor(quotient / half) * half;
        T second = quotient - first;
        T left = rest - (first * high) - (first * low) - (second * high) - (second * low);

        // The quotient may have been rounded up to the next whole number.
        left = T.IfGreater(0f, left, left + divisor, left);
        left = T.IfGreaterOrEqual(left, divisor, left - divisor, left);
        return T.IfGreaterOrEqual(rest, divisor, left, rest);
    }
}

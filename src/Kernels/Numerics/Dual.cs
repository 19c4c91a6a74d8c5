using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// A dual number: a value and its slope along some direction. Any formula over <see cref="IReal{T}"/>, computed with these, gives its value and,
/// by the rules of calculus, its derivative; duals of duals give the second one, and so on. Clifford 1873; Wengert 1964.
/// </summary>
/// <remarks>
/// <para>Where a function has a corner or a step: |x| has the slope 0 at 0; the larger or smaller of two equal numbers has the mean of their
/// slopes, and of two numbers of which one is NaN the sum, so that neither side hides it; a selection has the slope of what it selects, so a formula fixes the slope at its borders by where it puts the equal case; the
/// largest integer below has the slope 0 everywhere. A square root has an infinite slope at 0. a^b has the slope 0 along b where a is 0.</para>
/// <para>A slope of exactly 0 stays 0 however steep the function is: constants have no slope even where the other factor is infinite.</para>
/// </remarks>
/// <typeparam name="T">What value and slope are: a number, a register, or a dual number.</typeparam>
public readonly struct Dual<T> : IReal<Dual<T>>
    where T : unmanaged, IReal<T>
{
#pragma warning disable CA1051 // Two registers and nothing else.
    /// <summary>The value.</summary>
    public readonly T Value;

    /// <summary>The slope.</summary>
    public readonly T Slope;
#pragma warning restore CA1051

    /// <summary>A value with a slope: 1 for the variable that a derivative is taken by, 0 for a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Dual(T value, T slope)
    {
        Value = value;
        Slope = slope;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator +(Dual<T> a, Dual<T> b) => new(a.Value + b.Value, a.Slope + b.Slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a, Dual<T> b) => new(a.Value - b.Value, a.Slope - b.Slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator *(Dual<T> a, Dual<T> b) => new(a.Value * b.Value, ProductSlope(a, b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator /(Dual<T> a, Dual<T> b)
    {
        T quotient = a.Value / b.Value;
        return new(quotient, (a.Slope - T.Scaled(b.Slope, quotient)) / b.Value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> operator -(Dual<T> a) => new(-a.Value, -a.Slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Dual<T>(double value) => new(value, default);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Dual<T>(float value) => new(value, default);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Dual<T>(int value) => new(value, default);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Max(Dual<T> a, Dual<T> b) => new(T.Max(a.Value, b.Value), SlopeOfGreater(a.Value, b.Value, a.Slope, b.Slope));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Min(Dual<T> a, Dual<T> b) => new(T.Min(a.Value, b.Value), SlopeOfGreater(b.Value, a.Value, a.Slope, b.Slope));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Abs(Dual<T> a) =>
        new(T.Abs(a.Value), T.IfGreater(a.Value, default, a.Slope, T.IfGreater(default, a.Value, -a.Slope, a.Value * default(T))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> IfGreater(Dual<T> a, Dual<T> b, Dual<T> yes, Dual<T> no) =>
        new(T.IfGreater(a.Value, b.Value, yes.Value, no.Value), T.IfGreater(a.Value, b.Value, yes.Slope, no.Slope));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> IfGreaterOrEqual(Dual<T> a, Dual<T> b, Dual<T> yes, Dual<T> no) =>
        new(T.IfGreaterOrEqual(a.Value, b.Value, yes.Value, no.Value), T.IfGreaterOrEqual(a.Value, b.Value, yes.Slope, no.Slope));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> IfEqual(Dual<T> a, Dual<T> b, Dual<T> yes, Dual<T> no) =>
        new(T.IfEqual(a.Value, b.Value, yes.Value, no.Value), T.IfEqual(a.Value, b.Value, yes.Slope, no.Slope));

    /// <inheritdoc/>
    /// <remarks>The slope is b a^(b - 1) along a, 0 where b is, and a^b ln a along b, 0 where a is and NaN below.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Pow(Dual<T> a, Dual<T> b)
    {
        T power = T.Pow(a.Value, b.Value);
        T byBase = T.Scaled(b.Value, T.Pow(a.Value, b.Value - 1f));
        T byExponent = T.IfGreater(a.Value, default, power * T.Log(a.Value), T.IfEqual(a.Value, default, default, float.NaN));
        return new(power, T.Scaled(a.Slope, byBase) + T.Scaled(b.Slope, byExponent));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> MultiplyAdd(Dual<T> a, Dual<T> b, Dual<T> c) =>
        new(T.MultiplyAdd(a.Value, b.Value, c.Value), ProductSlope(a, b) + c.Slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sqrt(Dual<T> a)
    {
        T root = T.Sqrt(a.Value);
        return new(root, T.Scaled(a.Slope, 0.5f / root));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Floor(Dual<T> a) => new(T.Floor(a.Value), default);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Exp(Dual<T> a)
    {
        T power = T.Exp(a.Value);
        return new(power, T.Scaled(a.Slope, power));
    }

    /// <inheritdoc/>
    /// <remarks>The slope is e^x by itself: (e^x - 1) + 1 has no digits left far below 0.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Expm1(Dual<T> a) => new(T.Expm1(a.Value), T.Scaled(a.Slope, T.Exp(a.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log(Dual<T> a) => new(T.Log(a.Value), T.Scaled(a.Slope, 1f / a.Value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Log1p(Dual<T> a) => new(T.Log1p(a.Value), T.Scaled(a.Slope, 1f / (a.Value + 1f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Tanh(Dual<T> a)
    {
        T tanh = T.Tanh(a.Value);
        return new(tanh, T.Scaled(a.Slope, 1f - (tanh * tanh)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sigmoid(Dual<T> a)
    {
        T sigmoid = T.Sigmoid(a.Value);
        return new(sigmoid, T.Scaled(a.Slope, sigmoid * (1f - sigmoid)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Erf(Dual<T> a) =>
        new(T.Erf(a.Value), T.Scaled(a.Slope, 1.12837916709551257390 * T.Exp(-(a.Value * a.Value))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> NormalTail(Dual<T> a, out Dual<T> density)
    {
        T tail = T.NormalTail(a.Value, out T height);
        density = new(height, T.Scaled(a.Slope, -T.Scaled(height, a.Value)));
        return new(tail, T.Scaled(a.Slope, -height));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Sin(Dual<T> a) => new(T.Sin(a.Value), T.Scaled(a.Slope, T.Cos(a.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Cos(Dual<T> a) => new(T.Cos(a.Value), T.Scaled(a.Slope, -T.Sin(a.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Atan(Dual<T> a) => new(T.Atan(a.Value), T.Scaled(a.Slope, 1f / ((a.Value * a.Value) + 1f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> ErfInv(Dual<T> a)
    {
        T y = T.ErfInv(a.Value);
        return new(y, T.Scaled(a.Slope, 0.88622692545275801365 * T.Exp(y * y)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> LogGamma(Dual<T> a) => new(T.LogGamma(a.Value), T.Scaled(a.Slope, T.Digamma(a.Value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Dual<T> Digamma(Dual<T> a) => new(T.Digamma(a.Value), T.Scaled(a.Slope, SpecialFunctions.Trigamma(a.Value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Dual<T> IReal<Dual<T>>.Scaled(Dual<T> slope, Dual<T> value) =>
        new(T.Scaled(slope.Value, value.Value), T.Scaled(slope.Slope, value.Value) + T.Scaled(slope.Value, value.Slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ProductSlope(Dual<T> a, Dual<T> b) => T.Scaled(a.Slope, b.Value) + T.Scaled(b.Slope, a.Value);

    // The mean where they are equal, the sum where one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SlopeOfGreater(T left, T right, T a, T b) =>
        T.IfGreater(left, right, a, T.IfGreater(right, left, b, (a + b) * T.IfEqual(left, right, 0.5f, 1f)));
}

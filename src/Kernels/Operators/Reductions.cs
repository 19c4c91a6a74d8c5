using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// A reduction of floating-point numbers to one: what the CPU loops and the GPU kernels of <see cref="Reduction"/> are made from.
/// </summary>
/// <remarks>
/// Implemented by <c>readonly struct</c>s, so that both compilers see through the call. Every element is mapped, what results is
/// combined two by two in an order that depends on the shapes only, and the total is finished. An anchor is a number per result
/// that is known beforehand: the mean for a variance, the maximum for a log-sum-exp.
/// </remarks>
internal interface IReduction
{
    /// <summary>Whether <see cref="Map"/> or <see cref="Finish"/> look at the anchor.</summary>
    static virtual bool HasAnchor => false;

    /// <summary>Whether a reduction of no elements has a value; if not, it is an error.</summary>
    static virtual bool AllowsEmpty => true;

    /// <summary>The value that changes nothing when combined.</summary>
    T Identity<T>()
        where T : unmanaged, IReal<T>;

    /// <summary>What an element counts as.</summary>
    T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T>;

    /// <summary>Joins the values of two disjoint sets of elements: associative and commutative up to rounding.</summary>
    T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    /// <summary>The result from the value of all elements.</summary>
    T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T>;
}

/// <summary>A reduction that integers have too: it combines the elements as they are.</summary>
/// <seealso cref="IReduction"/>
internal interface INumericReduction
{
    /// <summary>Whether a reduction of no elements has a value, the identity; if not, it is an error.</summary>
    static virtual bool AllowsEmpty => true;

    /// <summary>The value that changes nothing when combined.</summary>
    T Identity<T>()
        where T : unmanaged, INumeric<T>;

    /// <summary>Joins the values of two disjoint sets of elements: associative and commutative up to rounding.</summary>
    T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T>;
}

/// <summary>The sum; 0 of no elements.</summary>
internal readonly struct Sum : INumericReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, INumeric<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => a + b;
}

/// <summary>The product; 1 of no elements.</summary>
internal readonly struct Product : INumericReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, INumeric<T> => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => a * b;
}

/// <summary>The largest element; NaN if one is NaN. No elements have none.</summary>
internal readonly struct Largest : INumericReduction
{
    public static bool AllowsEmpty => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, INumeric<T> => double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => T.Max(a, b);
}

/// <summary>The smallest element; NaN if one is NaN. No elements have none.</summary>
internal readonly struct Smallest : INumericReduction
{
    public static bool AllowsEmpty => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, INumeric<T> => double.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => T.Min(a, b);
}

/// <summary>The arithmetic mean; NaN of no elements.</summary>
internal readonly struct Mean : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total / count;
}

/// <summary>The mean as the first element, which is the anchor, plus the mean distance from it: exact where all are equal.</summary>
internal readonly struct MeanFromFirst : IReduction
{
    public static bool HasAnchor => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => x - anchor;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => anchor + (total / count);
}

/// <summary>The sum of the squares, the squared Euclidean norm; 0 of no elements.</summary>
internal readonly struct SumOfSquares : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total;
}

/// <summary>The sum of the absolute values, the L1 norm; 0 of no elements.</summary>
internal readonly struct SumOfMagnitudes : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => T.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total;
}

/// <summary>The sum of the magnitudes to a power, for p-norms; 0 of no elements.</summary>
/// <param name="power">The power.</param>
internal readonly struct SumOfPowers(double power) : IReduction
{
    private readonly double _power = power;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => T.Pow(T.Abs(x), _power);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total;
}

/// <summary>The largest magnitude, the maximum norm; 0 of no elements, NaN if one is NaN.</summary>
internal readonly struct LargestMagnitude : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => T.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => T.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total;
}

/// <summary>0 if all elements are finite, NaN if one is infinite or NaN.</summary>
internal readonly struct FiniteCheck : IReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => x - x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total;
}

/// <summary>
/// The second of the two passes of a variance: the sum of (x - mean)^2 over count - correction, with the mean as anchor.
/// </summary>
/// <remarks>
/// Two passes keep all digits whatever the mean (T. Chan, G. Golub, R. LeVeque, "Algorithms for computing the sample
/// variance", 1983). NaN where there are not more elements than the correction.
/// </remarks>
/// <param name="correction">0 for the variance of the elements, 1 for the unbiased estimate from a sample.</param>
internal readonly struct SquaredDeviations(double correction) : IReduction
{
    private readonly double _correction = correction;

    public static bool HasAnchor => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T>
    {
        T deviation = x - anchor;
        return deviation * deviation;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total / T.Max(count - _correction, 0);
}

/// <summary>
/// The second of the two passes of a log-sum-exp: max + log(sum of exp(x - max)), with the maximum as anchor.
/// </summary>
internal readonly struct LogSumExp : IReduction
{
    public static bool HasAnchor => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => T.Exp(x - Shift(anchor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => T.Log(total) + Shift(anchor);

    // Infinity less infinity is not a number: an infinite maximum does not shift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Shift<T>(T anchor)
        where T : unmanaged, IReal<T> => T.IfEqual(T.Abs(anchor), double.PositiveInfinity, 0, anchor);
}

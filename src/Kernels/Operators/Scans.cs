using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A running value: each element makes the next one of the last.</summary>
internal interface IScan
{
    /// <summary>The number of inputs: 1 or 2.</summary>
    static virtual int Arity => 1;

    /// <summary>What stands before the first element.</summary>
    T Start<T>()
        where T : unmanaged, IReal<T>;

    /// <summary>The value behind an element.</summary>
    T Step<T>(T last, T a, T b)
        where T : unmanaged, IReal<T>;
}

/// <summary>A running value that integers have too.</summary>
internal interface INumericScan
{
    /// <summary>What stands before the first element.</summary>
    T Start<T>()
        where T : unmanaged, INumeric<T>;

    /// <summary>The value behind an element.</summary>
    T Step<T>(T last, T a)
        where T : unmanaged, INumeric<T>;
}

/// <summary>The sum of the elements so far.</summary>
internal readonly struct SumScan : INumericScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start<T>()
        where T : unmanaged, INumeric<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step<T>(T last, T a)
        where T : unmanaged, INumeric<T> => last + a;
}

/// <summary>The product of the elements so far.</summary>
internal readonly struct ProductScan : INumericScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start<T>()
        where T : unmanaged, INumeric<T> => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step<T>(T last, T a)
        where T : unmanaged, INumeric<T> => last * a;
}

/// <summary>A reduction of the elements so far, such as the largest.</summary>
internal readonly struct Running<TReduction> : INumericScan
    where TReduction : unmanaged, INumericReduction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start<T>()
        where T : unmanaged, INumeric<T> => default(TReduction).Identity<T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step<T>(T last, T a)
        where T : unmanaged, INumeric<T> => default(TReduction).Combine(last, a);
}

/// <summary>The logarithm of the sum of the exponentials so far: max + log(1 + exp(min - max)) of the last value and the element.</summary>
internal readonly struct LogSumExpScan : IScan
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start<T>()
        where T : unmanaged, IReal<T> => double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step<T>(T last, T a, T b)
        where T : unmanaged, IReal<T>
    {
        // Infinity less infinity is not a number.
        T larger = T.Max(last, a);
        return T.IfEqual(T.Abs(larger), double.PositiveInfinity, larger, larger + T.Log1p(T.Exp(T.Min(last, a) - larger)));
    }
}

/// <summary>The linear recurrence y_i = a_i y_(i - 1) + b_i from 0: the gradients of scans, and its own.</summary>
internal readonly struct RecurrenceScan : IScan
{
    public static int Arity => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Start<T>()
        where T : unmanaged, IReal<T> => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Step<T>(T last, T a, T b)
        where T : unmanaged, IReal<T> => T.MultiplyAdd(a, last, b);
}

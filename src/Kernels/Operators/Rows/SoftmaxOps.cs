using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>y = e^(a - max) / sum of e^(a - max). A row of nothing but -inf, or with +inf, gives NaN.</summary>
internal readonly struct SoftmaxOp : IRowOp
{
    public static RowParts Parts => RowParts.Max | RowParts.KeepsSecond;

    public static int Sums(int fold) => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => T.Exp(e.A - s.P);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = e.A };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.P = fold == 0 ? sums.A : 1 / sums.A;
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A * s.P;
}

/// <summary>The softmax over the elements that a mask allows; the others are zero, and so are rows without any.</summary>
internal readonly struct MaskedSoftmaxOp : IRowOp
{
    public static RowParts Parts => RowParts.Max | RowParts.KeepsSecond | RowParts.Mask;

    public static int Sums(int fold) => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => T.IfGreater(e.H, 0, T.Exp(e.A - s.P), 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = fold == 0 ? T.IfGreater(e.H, 0, e.A, double.NegativeInfinity) : e.A };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        // The largest allowed element adds 1 to the sum, so that only a row without any has a sum of zero.
        s.P = fold == 0 ? sums.A : T.IfEqual(sums.A, 0, 0, 1 / sums.A);
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A * s.P;
}

/// <summary>dx = y (dy - sum of dy y) for an output A = y of <see cref="SoftmaxOp"/> or <see cref="MaskedSoftmaxOp"/>, and B = dy.</summary>
internal readonly struct SoftmaxGradientOp : IRowOp
{
    public static RowParts Parts => RowParts.B;

    public static int Sums(int fold) => 1 - fold;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = e.A * e.B };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.P = sums.A;
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A * (e.B - s.P);
}

/// <summary>y = a - max - ln(sum of e^(a - max)).</summary>
internal readonly struct LogSoftmaxOp : IRowOp
{
    public static RowParts Parts => RowParts.Max;

    public static int Sums(int fold) => 1;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = fold == 0 ? e.A : T.Exp(e.A - s.P) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.P = fold == 0 ? sums.A : s.P;
        s.Q = fold == 0 ? s.Q : T.Log(sums.A);
        return s;
    }

    // The logarithm is subtracted last: beside a large maximum it would lose its digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A - s.P - s.Q;
}

/// <summary>dx = dy - e^y sum of dy for an output A = y of <see cref="LogSoftmaxOp"/>, and B = dy.</summary>
internal readonly struct LogSoftmaxGradientOp : IRowOp
{
    public static RowParts Parts => RowParts.B;

    public static int Sums(int fold) => 1 - fold;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = e.B };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.P = sums.A;
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.B - (T.Exp(e.A) * s.P);
}

/// <summary>Nothing is written; P becomes the row's maximum, NaN if an element is.</summary>
internal readonly struct LargestOp : IRowOp
{
    public static RowParts Parts => RowParts.Max;

    public static int Sums(int fold) => 1 - fold;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = e.A };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.P = sums.A;
        return s;
    }

    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;
}

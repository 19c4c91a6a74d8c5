using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>y = (a - mean) / sqrt(variance + S) * g + h, with the biased variance (J. Ba, J. Kiros, G. Hinton, 2016).</summary>
/// <remarks>P becomes the mean and Q 1 / sqrt(variance + S). The second fold also adds up what the first mean is off by (the corrected
/// two-pass algorithm: T. Chan, G. Golub, R. LeVeque, 1983), so that a constant row gives zeros.</remarks>
internal readonly struct LayerNormOp : IRowOp
{
    public static RowParts Parts => RowParts.G | RowParts.H;

    public static int Sums(int fold) => 1 + fold;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>
    {
        T distance = e.A - s.P;
        return fold == 0 ? new() { A = e.A } : new() { A = distance * distance, B = distance };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        if (fold == 0)
        {
            s.P = sums.A / n;
            return s;
        }

        T off = sums.B / n;
        T variance = T.Max((sums.A - (sums.B * off)) / n, 0);
        s.P += off;
        s.Q = 1 / T.Sqrt(variance + s.S);
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => T.MultiplyAdd((e.A - s.P) * s.Q, e.G, e.H);
}

/// <summary>
/// The gradients of <see cref="LayerNormOp"/> from A = x, B = dy, P = mean and Q = 1 / sqrt(variance + epsilon): with
/// z = (x - mean) Q and d = dy g, dx = Q (d - mean of d - z mean of d z), dg = sum of dy z and dh = sum of dy over the rows.
/// </summary>
internal readonly struct LayerNormGradientOp : IRowOp, IRowColumns
{
    public static RowParts Parts => RowParts.B | RowParts.G;

    public static int Columns => 2;

    public static int Sums(int fold) => 2 - (2 * fold);

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>
    {
        T d = e.B * e.G;
        return new() { A = d, B = d * (e.A - s.P) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        T share = -s.Q / n;
        s.R = share * s.Q * s.Q * sums.B;
        s.S = share * sums.A;
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => T.MultiplyAdd(e.B * e.G, s.Q, T.MultiplyAdd(e.A - s.P, s.R, s.S));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Add<T>(int sum, T total, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => sum == 0 ? T.MultiplyAdd((e.A - s.P) * s.Q, e.B, total) : total + e.B;
}

/// <summary>y = a / sqrt(mean of a^2 + S) * g (B. Zhang, R. Sennrich, 2019). Q becomes 1 / sqrt(mean of a^2 + S).</summary>
internal readonly struct RMSNormOp : IRowOp
{
    public static RowParts Parts => RowParts.G;

    public static int Sums(int fold) => 1 - fold;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = e.A * e.A };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.Q = 1 / T.Sqrt((sums.A / n) + s.S);
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A * s.Q * e.G;
}

/// <summary>
/// The gradients of <see cref="RMSNormOp"/> from A = x, B = dy and Q = 1 / sqrt(mean of x^2 + epsilon): with z = x Q and d = dy g,
/// dx = Q (d - z mean of d z) and dg = sum of dy z over the rows.
/// </summary>
internal readonly struct RMSNormGradientOp : IRowOp, IRowColumns
{
    public static RowParts Parts => RowParts.B | RowParts.G;

    public static int Columns => 1;

    public static int Sums(int fold) => 1 - fold;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = e.B * e.G * e.A };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        s.R = -s.Q / n * s.Q * s.Q * sums.A;
        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => T.MultiplyAdd(e.B * e.G, s.Q, e.A * s.R);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Add<T>(int sum, T total, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => T.MultiplyAdd(e.A * s.Q, e.B, total);
}

/// <summary>A normalisation of A + B: its first fold adds, and keeps the sum.</summary>
internal readonly struct OfSum<TOp> : IRowOp
    where TOp : unmanaged, IRowOp
{
    public static RowParts Parts => TOp.Parts | RowParts.B | RowParts.KeepsFirst;

    public static int Sums(int fold) => TOp.Sums(fold);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A + e.B;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => TOp.Terms(fold, e, s);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T> => TOp.Settle(fold, sums, s, label, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => TOp.Write(e, s);
}

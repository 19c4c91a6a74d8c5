using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The cross-entropy of softmax(a) and a target q: the sum of q_c (ln(sum of e^a) - a_c), with
/// q_c = g_c ((1 - e) t_c + e / n), where t is the target, g the weights of classes R = 1 - e and S = e / n.
/// P becomes ln(sum of e^a), Q the loss. 0 (-inf) counts as 0.
/// </summary>
internal readonly struct CrossEntropyOp<TTarget> : IRowOp
    where TTarget : unmanaged, ICrossEntropyTarget
{
    public static RowParts Parts => TTarget.Parts | RowParts.Max;

    public static int Sums(int fold) => fold == 0 || !TTarget.HasParts ? 1 : 3;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>
    {
        RowSums<T> terms = default;
        T shifted = e.A - s.P;
        terms.A = fold == 0 ? e.A : T.Exp(shifted);
        if (TTarget.HasParts)
        {
            terms.B = TTarget.Part(e, s.S, s.R);
            terms.C = T.IfEqual(terms.B, 0, 0, terms.B * shifted);
        }

        return terms;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        if (fold == 0)
        {
            s.P = sums.A;
            return s;
        }

        // The maximum is added last: beside a large one the logarithm would lose its digits.
        T logSum = T.Log(sums.A);
        T loss = TTarget.HasParts ? (sums.B * logSum) - sums.C : 0;
        if ((TTarget.Parts & RowParts.Label) != 0)
        {
            T weight = s.R * label.Weight;
            loss += T.IfEqual(weight, 0, 0, weight * (logSum - (label.Own - s.P)));
            loss = T.IfEqual(label.State, 0, 0, loss * label.State);
        }

        s.P += logSum;
        s.Q = loss;
        return s;
    }

    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;
}

/// <summary>
/// The gradient of <see cref="CrossEntropyOp{TTarget}"/>: Q / R (e^(a - P) sum of q - q), with P = ln(sum of e^a), Q the gradient of
/// the row's loss, S = e / n, and R what the losses' sum was divided by; for distributions R is 1 - e.
/// </summary>
internal readonly struct CrossEntropyGradientOp<TTarget> : IRowOp
    where TTarget : unmanaged, ICrossEntropyTarget
{
    public static RowParts Parts => TTarget.Parts;

    public static int Sums(int fold) => fold == 0 && TTarget.HasParts ? 1 : 0;

    public static T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => e.A;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => new() { A = TTarget.Part(e, s.S, s.R) };

    // Q becomes the factor of the probability, S and R those of the target; a label's own part is R.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>
    {
        T scale = s.Q;
        T part = s.R;
        if ((TTarget.Parts & RowParts.Label) != 0)
        {
            scale = scale / s.R * label.State;
            part = (1 - (s.S * n)) * label.Weight;
        }

        s.Q = TTarget.HasParts ? scale * sums.A : 0;
        s.R = scale * part;
        s.S *= scale;
        if ((TTarget.Parts & RowParts.Label) != 0)
        {
            s.Q += s.R;
        }

        return s;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>
    {
        T p = T.Exp(e.A - s.P) * s.Q;
        return TTarget.HasParts ? p - TTarget.Part(e, s.S, s.R) : p;
    }
}

/// <summary>What a cross-entropy's target is made of.</summary>
internal interface ICrossEntropyTarget
{
    /// <summary>The operands besides the logits.</summary>
    static abstract RowParts Parts { get; }

    /// <summary>Whether classes besides the label's have a part of it.</summary>
    static abstract bool HasParts { get; }

    /// <summary>A class's part, the label's own left out.</summary>
    static abstract T Part<T>(RowElement<T> e, T share, T part)
        where T : unmanaged, IReal<T>;
}

/// <summary>A label.</summary>
internal readonly struct LabelTarget : ICrossEntropyTarget
{
    public static RowParts Parts => RowParts.Label | RowParts.G;

    public static bool HasParts => false;

    public static T Part<T>(RowElement<T> e, T share, T part)
        where T : unmanaged, IReal<T> => 0;
}

/// <summary>A label of which a part is spread over all classes.</summary>
internal readonly struct SmoothLabelTarget : ICrossEntropyTarget
{
    public static RowParts Parts => RowParts.Label | RowParts.G;

    public static bool HasParts => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Part<T>(RowElement<T> e, T share, T part)
        where T : unmanaged, IReal<T> => share * e.G;
}

/// <summary>A distribution, B.</summary>
internal readonly struct DistributionTarget : ICrossEntropyTarget
{
    public static RowParts Parts => RowParts.B | RowParts.G;

    public static bool HasParts => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Part<T>(RowElement<T> e, T share, T part)
        where T : unmanaged, IReal<T> => T.MultiplyAdd(e.B, part, share) * e.G;
}

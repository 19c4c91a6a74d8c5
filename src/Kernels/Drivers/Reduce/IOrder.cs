using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Which of two numbers an arg-reduction looks for.</summary>
internal interface IOrder
{
    /// <summary>Yes where a comes strictly before b. False when either is NaN.</summary>
    static abstract T IfBefore<T>(T a, T b, T yes, T no)
        where T : unmanaged, INumeric<T>;

    /// <summary>The first of two; NaN if either is NaN.</summary>
    static abstract T First<T>(T a, T b)
        where T : unmanaged, INumeric<T>;
}

/// <summary>The larger comes first: argmax.</summary>
internal readonly struct Descending : IOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T IfBefore<T>(T a, T b, T yes, T no)
        where T : unmanaged, INumeric<T> => T.IfGreater(a, b, yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First<T>(T a, T b)
        where T : unmanaged, INumeric<T> => T.Max(a, b);
}

/// <summary>The smaller comes first: argmin.</summary>
internal readonly struct Ascending : IOrder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T IfBefore<T>(T a, T b, T yes, T no)
        where T : unmanaged, INumeric<T> => T.IfGreater(b, a, yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T First<T>(T a, T b)
        where T : unmanaged, INumeric<T> => T.Min(a, b);
}

/// <summary>An element and where it stands, in the order of an arg-reduction.</summary>
internal struct Candidate<TOrder, TScalar>
    where TOrder : unmanaged, IOrder
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
{
    internal TScalar Value;
    internal int Index;

    /// <summary>Whether another one wins: NaN before numbers, then the order, then the smaller index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool LosesTo(TScalar value, int index)
    {
        bool mine = IsNaN(Value);
        bool other = IsNaN(value);
        bool equal = (mine & other) | TScalar.IsNonzero(TScalar.IfEqual(value, Value, 1, 0));
        bool before = (other & !mine) | (!mine & TScalar.IsNonzero(TOrder.IfBefore(value, Value, 1, 0)));
        return before | (equal & (index < Index));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNaN(TScalar value) => !TScalar.IsNonzero(TScalar.IfEqual(value, value, 1, 0));
}

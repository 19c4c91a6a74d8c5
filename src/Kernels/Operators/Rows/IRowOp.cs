namespace DeepSharp.Kernels;

/// <summary>A function of the rows of a matrix: up to two folds over a row, then a write of each of its elements.</summary>
/// <remarks>
/// <para>The same formulas are compiled for whole registers (the CPU) and for single numbers (a GPU's threads). A fold adds up to three
/// terms of each element, or takes the maximum of one; what <see cref="Settle"/> makes of the sums is at hand in the folds and writes
/// behind it.</para>
/// <para>Rows begin with the statistics that the driver is given: P and Q with numbers of their own, R with a divisor of all rows (1 if
/// there is none), S with a constant.</para>
/// </remarks>
internal interface IRowOp
{
    /// <summary>What there is of an element and of a row.</summary>
    static abstract RowParts Parts { get; }

    /// <summary>How many sums a fold has: of fold 0 and fold 1. Zero for a fold that there is not.</summary>
    static abstract int Sums(int fold);

    /// <summary>What replaces A in a fold that keeps something; it is A for everything behind it, too.</summary>
    static abstract T Keep<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>;

    /// <summary>What an element adds to the sums of a fold, or the number of which the maximum is taken.</summary>
    static abstract RowSums<T> Terms<T>(int fold, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>;

    /// <summary>The statistics from a fold's sums over n elements; called once, with fold 0, if there is no fold.</summary>
    static abstract RowStats<T> Settle<T>(int fold, RowSums<T> sums, RowStats<T> s, RowLabel<T> label, T n)
        where T : unmanaged, IReal<T>;

    /// <summary>An element of the result.</summary>
    static abstract T Write<T>(RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>;
}

/// <summary>What a backward pass adds up over all rows, for parameters that all rows share.</summary>
internal interface IRowColumns
{
    /// <summary>The number of sums: the gradient of the gain, and that of the shift; 0 for none.</summary>
    static abstract int Columns { get; }

    /// <summary>A sum after an element of one more row.</summary>
    static abstract T Add<T>(int sum, T total, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T>;
}

/// <summary>No sums over rows.</summary>
internal readonly struct NoColumns : IRowColumns
{
    public static int Columns => 0;

    public static T Add<T>(int sum, T total, RowElement<T> e, RowStats<T> s)
        where T : unmanaged, IReal<T> => total;
}

/// <summary>What there is of an element and of a row.</summary>
[Flags]
internal enum RowParts
{
    /// <summary>A alone.</summary>
    None = 0,

    /// <summary>A second matrix, B.</summary>
    B = 1,

    /// <summary>A row that all rows share, G: a gain, weights of classes. Ones if none is given.</summary>
    G = 2,

    /// <summary>Another one, H: a shift. Zeros if none is given.</summary>
    H = 4,

    /// <summary>H is a mask: 1 where it allows an element, else 0.</summary>
    Mask = 8,

    /// <summary>Each row has a label, and at its place R is subtracted from what is written.</summary>
    Label = 16,

    /// <summary>Fold 0 takes a maximum instead of a sum.</summary>
    Max = 32,

    /// <summary>Fold 0 keeps something in A's place.</summary>
    KeepsFirst = 64,

    /// <summary>Fold 1 keeps something in A's place.</summary>
    KeepsSecond = 128,
}

/// <summary>An element of a row, of each operand: an operator's <see cref="RowParts"/> say which there are.</summary>
internal struct RowElement<T>
    where T : unmanaged
{
    internal T A;
    internal T B;
    internal T G;
    internal T H;
}

/// <summary>What is known of a row; P and Q can be written out at the end.</summary>
internal struct RowStats<T>
    where T : unmanaged
{
    internal T P;
    internal T Q;
    internal T R;
    internal T S;
}

/// <summary>The sums of a fold's terms.</summary>
internal struct RowSums<T>
    where T : unmanaged
{
    internal T A;
    internal T B;
    internal T C;
}

/// <summary>What a row's label points at.</summary>
internal struct RowLabel<T>
    where T : unmanaged
{
    /// <summary>A at the label.</summary>
    internal T Own;

    /// <summary>G at the label.</summary>
    internal T Weight;

    /// <summary>1; 0 if the label is ignored, NaN if there is no such column.</summary>
    internal T State;
}

/// <summary>Which fold, as a type.</summary>
internal interface IRowFold
{
    static abstract int Number { get; }
}

/// <summary>Fold 0.</summary>
internal readonly struct FirstFold : IRowFold
{
    public static int Number => 0;
}

/// <summary>Fold 1.</summary>
internal readonly struct SecondFold : IRowFold
{
    public static int Number => 1;
}

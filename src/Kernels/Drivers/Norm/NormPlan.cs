namespace DeepSharp.Kernels;

/// <summary>How the CPU form of batch norm goes through [N, C, L]. It depends on the sizes only.</summary>
/// <remarks>
/// With short L it takes the matrix [N, C L] by columns, a register of neighbours at a time, and joins the L columns of a feature;
/// with long L it takes the rows of a feature. Where that leaves too little for many threads, it splits the samples into pieces
/// whose statistics are joined.
/// </remarks>
internal readonly struct NormPlan
{
    // Bytes of a row in a panel of columns, which is what a thread takes: with a usual batch it stays in the first-level cache.
    private const int PanelBytes = 256;

    // Rows of a feature that are as long are taken as such.
    private const int RowBytes = 128;

    // Elements of a piece, and how many parts are enough for all threads.
    private const int PieceElements = 32 * 1024;
    private const int ManyParts = 64;

    /// <summary>Elements a thread takes at a time.</summary>
    internal const int Grain = 8 * 1024;

    internal NormPlan(int samples, int features, int length, int width, int elementSize)
    {
        Samples = samples;
        Features = features;
        Length = length;
        ByColumns = length < RowBytes / elementSize;
        Columns = ByColumns ? features * length : features;
        Expand = ByColumns ? length : 1;
        PanelColumns = ByColumns ? Math.Min(Columns, PanelBytes / elementSize) : 1;
        Panels = (Columns + PanelColumns - 1) / Math.Max(1, PanelColumns);
        if (Panels > 1 && ByColumns && Columns % PanelColumns > 0 && Columns % PanelColumns < width)
        {
            // No panel is narrower than a register, so that the last register of one lies in it.
            Panels--;
        }

        PieceRows = ByColumns ? Math.Max(32, PieceElements / Math.Max(1, PanelColumns)) : Math.Max(1, PieceElements / length);
        if (Panels >= ManyParts || samples < 2 * PieceRows)
        {
            PieceRows = samples;
        }

        Pieces = (samples + PieceRows - 1) / PieceRows;
    }

    internal int Samples { get; }

    internal int Features { get; }

    internal int Length { get; }

    internal bool ByColumns { get; }

    /// <summary>What statistics are taken of at first: columns of the matrix, or features.</summary>
    internal int Columns { get; }

    /// <summary>The columns of a feature.</summary>
    internal int Expand { get; }

    internal int PanelColumns { get; }

    internal int Panels { get; }

    internal int PieceRows { get; }

    internal int Pieces { get; }

    /// <summary>Whether whoever has taken the statistics of a panel can go on with it.</summary>
    internal bool IsOnePass => Pieces == 1 && Expand == 1;

    /// <summary>The values of a feature.</summary>
    internal int Count => Samples * Length;

    internal int PanelElements => PanelColumns * PieceRows * (ByColumns ? 1 : Length);

    internal int PanelEnd(int panel) => panel == Panels - 1 ? Columns : (panel + 1) * PanelColumns;

    internal int PieceStart(int piece) => piece * PieceRows;

    internal int PieceEnd(int piece) => Math.Min(Samples, (piece + 1) * PieceRows);

    /// <summary>The values that a piece has of a column.</summary>
    internal int PieceCount(int piece) => (PieceEnd(piece) - PieceStart(piece)) * (ByColumns ? 1 : Length);
}

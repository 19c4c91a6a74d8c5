namespace DeepSharp;

/// <summary>One place of an indexer: a number, a range, a range with a step, or a new axis.</summary>
public readonly struct TensorIndex
{
    private TensorIndex(Range range, int step, Kind what)
    {
        Range = range;
        Step = step;
        What = what;
    }

    internal enum Kind : byte
    {
        Range,
        Single,
        NewAxis,
        Ellipsis,
    }

    /// <summary>An axis of length one that the source does not have.</summary>
    public static TensorIndex NewAxis { get; } = new(.., 1, Kind.NewAxis);

    /// <summary>All the axes that the other places do not name.</summary>
    public static TensorIndex Ellipsis { get; } = new(.., 1, Kind.Ellipsis);

    internal Range Range { get; }

    internal int Step { get; }

    internal Kind What { get; }

    /// <summary>Every <paramref name="step"/>-th element of a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is below one.</exception>
    public static TensorIndex Every(int step, Range range)
    {
        Bounds.AtLeast(1, step, nameof(Every));
        return new TensorIndex(range, step, Kind.Range);
    }

    /// <summary>One element; the axis disappears. A negative number counts from the end.</summary>
    public static implicit operator TensorIndex(int index) => index < 0 ? new Index(-index, true) : new Index(index);

    /// <summary>One element; the axis disappears.</summary>
    public static implicit operator TensorIndex(Index index) => new(new Range(index, index), 1, Kind.Single);

    /// <summary>A range of elements.</summary>
    public static implicit operator TensorIndex(Range range) => new(range, 1, Kind.Range);
}

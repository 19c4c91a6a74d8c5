namespace DeepSharp.Data;

/// <summary>Some samples of a data set with their targets: what a training step sees. They belong to the step's scope.</summary>
/// <remarks>A data set of one kind of features and one of targets is taken apart as <c>foreach (var (x, y) in data.Batches(32))</c>; one of
/// several has them all in <see cref="Xs"/> and <see cref="Ys"/>.</remarks>
/// <param name="X">The samples, [rows, …]: the first features.</param>
/// <param name="Y">Their targets, [rows] or [rows, …]: the first ones.</param>
public readonly record struct Batch(Tensor X, Tensor Y)
{
    private readonly Tensor[]? _xs;
    private readonly Tensor[]? _ys;

    /// <summary>A batch of several features and targets.</summary>
    /// <param name="xs">The features; the first is <see cref="X"/>.</param>
    /// <param name="ys">The targets; the first is <see cref="Y"/>.</param>
    public Batch(IReadOnlyList<Tensor> xs, IReadOnlyList<Tensor> ys)
        : this((xs ?? throw new ArgumentNullException(nameof(xs)))[0], (ys ?? throw new ArgumentNullException(nameof(ys)))[0])
    {
        _xs = xs.Count > 1 ? [.. xs] : null;
        _ys = ys.Count > 1 ? [.. ys] : null;
    }

    /// <summary>All features, in the data set's order.</summary>
    public IReadOnlyList<Tensor> Xs => _xs is null ? [X] : [X, .. _xs.AsSpan(1)];

    /// <summary>All targets, in the data set's order.</summary>
    public IReadOnlyList<Tensor> Ys => _ys is null ? [Y] : [Y, .. _ys.AsSpan(1)];

    /// <summary>How much the mean over this batch counts in the mean over the workers that share it (<see cref="BatchSequence.Share"/>): its rows times
    /// the workers, over the rows of the whole batch. 1 where nothing is shared, or all shares are equal.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Of sequences that were padded to one length: how long each is, as recurrent layers take it. Null where nothing was
    /// padded.</summary>
    public IReadOnlyList<int>? Lengths { get; init; }
}

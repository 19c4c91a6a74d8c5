using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Samples with their targets, in memory on a device, from which shuffled mini-batches are cut there.</summary>
/// <remarks>
/// Features [n, …] stay as they are, bytes too; the kernel that gathers a batch converts bytes to Float32 and applies
/// <c>x * scale + shift</c> on the way. Integers, such as the numbers of words for an embedding, move as they are. A part of a data set
/// is a view: nothing is copied, until a part of a split is split again.
/// </remarks>
public sealed class Dataset
{
    private readonly Tensor _features;
    private readonly Tensor _targets;
    private readonly double _scale;
    private readonly double _shift;

    // The stretch of the tensors that was split last, or all of it; where this part begins in it; what permutes it.
    private readonly int _from;
    private readonly int _whole;
    private readonly int _start;
    private readonly ulong? _splitSeed;

    // Parts that are made anew each epoch go on where the last one stopped.
    private readonly EpochCounts _epochs;

    /// <summary>A data set over tensors, which it keeps out of all scopes.</summary>
    /// <param name="features">The samples [n, …]: UInt8, Int32, Int64, Float32 or Float64.</param>
    /// <param name="targets">The targets [n] or [n, …], on the same device.</param>
    /// <exception cref="ArgumentException">Numbers, element types or devices do not fit.</exception>
    public Dataset(Tensor features, Tensor targets)
        : this(Kept(features), Kept(targets), 1, 0, 0, Samples(features), 0, Samples(features), null, new EpochCounts())
    {
        if (features!.Rank == 0 || targets.Rank == 0 || features.Shape[0] != targets.Shape[0])
        {
            throw new ArgumentException(
                $"Dataset: features {features.Shape} and targets {targets.Shape} must have the same number of samples on their first axis.");
        }

        if (!ReferenceEquals(features.Device, targets.Device))
        {
            throw new ArgumentException($"Dataset: features are on {features.Device}, targets on {targets.Device}. Move one with To(Device).");
        }

        if (features.DType is not (DType.UInt8 or DType.Int32 or DType.Int64 or DType.Float32 or DType.Float64))
        {
            throw new ArgumentException(
                $"Dataset: features must be UInt8, Int32, Int64, Float32 or Float64, not {features.DType}. Convert them with To.");
        }
    }

    private Dataset(
        Tensor features, Tensor targets, double scale, double shift, int from, int whole, int start, int count, ulong? splitSeed,
        EpochCounts epochs)
    {
        _features = features;
        _targets = targets;
        _scale = scale;
        _shift = shift;
        _from = from;
        _whole = whole;
        _start = start;
        _splitSeed = splitSeed;
        Count = count;
        _epochs = epochs;
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>Where the samples are.</summary>
    public Device Device => _features.Device;

    /// <summary>The shape of a sample.</summary>
    public Shape SampleShape => new(_features.Shape.AsSpan()[1..]);

    /// <summary>All samples as they are stored: in their order, neither converted nor scaled.</summary>
    /// <exception cref="InvalidOperationException">The data set is a shuffled part, whose samples do not stand together.</exception>
    public Tensor Features => Stored(_features);

    /// <summary>All targets in their order.</summary>
    /// <exception cref="InvalidOperationException">The data set is a shuffled part, whose samples do not stand together.</exception>
    public Tensor Targets => Stored(_targets);

    /// <summary>The samples on a device, in their order; the data set itself if it is there already.</summary>
    /// <remarks>The same batches follow from the same seeds there, from the first epoch on. For a part of a split, all that was split is
    /// copied: move first, then split.</remarks>
    /// <param name="device">Where to.</param>
    public Dataset To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (ReferenceEquals(device, Device))
        {
            return this;
        }

        (int first, int count) = _splitSeed is null ? (_from + _start, Count) : (_from, _whole);
        return new Dataset(
            Kept(_features.Narrow(0, first, count).To(device)), Kept(_targets.Narrow(0, first, count).To(device)), _scale, _shift,
            0, count, _from + _start - first, Count, _splitSeed, new EpochCounts());
    }

    /// <summary>The same samples, with features multiplied and shifted on their way into a batch.</summary>
    /// <param name="scale">The factor, such as 1/255 for bytes.</param>
    /// <param name="shift">The term added after it.</param>
    /// <exception cref="InvalidOperationException">The features are Int32 or Int64.</exception>
    public Dataset Scaled(double scale, double shift = 0) => _features.DType is DType.Int32 or DType.Int64
        ? throw new InvalidOperationException(
            $"Dataset: features of {_features.DType} are not scaled. Make the data set of features.To(DType.Float32).")
        : new(_features, _targets, _scale * scale, (_shift * scale) + shift, _from, _whole, _start, Count, _splitSeed, _epochs);

    /// <summary>The first samples.</summary>
    /// <param name="count">How many at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Dataset Take(int count)
    {
        Bounds.AtLeast(0, count, nameof(Take));
        return Part(0, Math.Min(count, Count));
    }

    /// <summary>The samples from a number on.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not all inside.</exception>
    public Dataset Slice(int start, int count) => start >= 0 && count >= 0 && count <= Count - start
        ? Part(start, count)
        : throw new ArgumentOutOfRangeException(nameof(start), $"Dataset: {count} samples from {start} on are not inside 0..{Count}.");

    /// <summary>Two parts of randomly chosen samples, such as for training and validation.</summary>
    /// <param name="fraction">The share of the first part, in (0, 1).</param>
    /// <param name="seed">The seed of the choice.</param>
    /// <returns>The parts; together they are all samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside (0, 1).</exception>
    /// <remarks>The parts are views. When a part of a split is split again, it is copied first.</remarks>
    public (Dataset First, Dataset Second) Split(double fraction, ulong seed = 0)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), $"Dataset: the fraction must be above 0 and below 1, not {fraction}.");
        }

        if (_splitSeed is not null)
        {
            return Collected().Split(fraction, seed);
        }

        int first = (int)Math.Round(Count * fraction);
        int from = _from + _start;
        return (
            new Dataset(_features, _targets, _scale, _shift, from, Count, 0, first, seed, _epochs),
            new Dataset(_features, _targets, _scale, _shift, from, Count, first, Count - first, seed, _epochs));
    }

    /// <summary>
    /// Mini-batches for <c>foreach</c>. Each step is a scope: tensors made in it are freed when the next one begins.
    /// </summary>
    /// <remarks>
    /// An order is a function of the seed and the number of an epoch. Each walk takes the next number, from 1: the data set counts, for
    /// each seed, how often it has been walked, whether by one sequence again and again or by sequences made anew. So every epoch has an
    /// order of its own, and a program that runs again has the same ones. Parts count for themselves; a part made anew (<c>Take</c>,
    /// <c>Slice</c>, <c>Split</c>, <c>Scaled</c>) goes on counting, a copy (<c>To</c>, or a split of a split) begins at 1. <c>Fit</c> counts in
    /// the same way, but for each network, so that two networks that are trained with one seed see the same orders.
    /// </remarks>
    /// <param name="batchSize">The samples of a batch.</param>
    /// <param name="shuffle">Whether the samples come in a new order each epoch, or in their own.</param>
    /// <param name="seed">The seed of the orders.</param>
    /// <param name="epoch">Pins the number of the epoch: every walk has its order, and none is counted. To go on with a training in
    /// another process, pin the epochs that are left.</param>
    /// <param name="dropLast">Whether a last batch with fewer samples is left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below one.</exception>
    public BatchSequence Batches(int batchSize, bool shuffle = true, ulong seed = 0, int? epoch = null, bool dropLast = false)
    {
        Bounds.AtLeast(1, batchSize, nameof(Batches));
        return new BatchSequence(this, batchSize, shuffle ? seed : null, epoch, dropLast);
    }

    /// <summary>The number of samples, their shape and type, and those of the targets.</summary>
    public override string ToString() =>
        $"Dataset: {Count} samples {SampleShape} of {_features.DType}, targets {new Shape(_targets.Shape.AsSpan()[1..])} of {_targets.DType}, on {Device}";

    /// <summary>The number of the next epoch of a seed, which begins with the call.</summary>
    /// <param name="seed">The seed of the orders.</param>
    /// <param name="walker">Whose epochs are counted; null for those of loops.</param>
    internal int BeginEpoch(ulong seed, object? walker = null) => _epochs.Next(walker, (seed, _from, _whole, _start, Count, _splitSeed));

    /// <summary>Counts on behind an epoch, which a training that goes on had begun before.</summary>
    internal void ResumeEpochs(ulong seed, object walker, int epoch) => _epochs.Set(walker, (seed, _from, _whole, _start, Count, _splitSeed), epoch);

    /// <summary>All targets that are stored, of other parts too.</summary>
    internal Tensor StoredTargets => _targets;

    internal BatchOrder Order(ulong? seed = null, int? epoch = null) => new(
        _from, _whole, _start, Count, _splitSeed, seed is { } shuffled ? (shuffled, (ulong)(epoch ?? BeginEpoch(shuffled))) : null);

    internal Batch Gather(in BatchOrder order, int first, int rows)
    {
        Tensor x = Tensor.Uninitialized(
            [rows, .. SampleShape], _features.DType == DType.UInt8 ? DType.Float32 : _features.DType, Device, "Batch");
        Tensor y = Tensor.Uninitialized(new Shape([rows, .. _targets.Shape.AsSpan()[1..]]), _targets.DType, Device, "Batch");
        BatchKernel.Run(order, first, _features.Operand, _targets.Operand, x.Operand, y.Operand, _scale, _shift);
        return new Batch(x, y);
    }

    // The samples of this part alone, in its order: an order has room for one split.
    private Dataset Collected()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor features = Tensor.Uninitialized(new Shape([Count, .. SampleShape]), _features.DType, Device, nameof(Dataset));
        Tensor targets = Tensor.Uninitialized(new Shape([Count, .. _targets.Shape.AsSpan()[1..]]), _targets.DType, Device, nameof(Dataset));
        BatchKernel.Run(Order(), 0, _features.Operand, _targets.Operand, features.Operand, targets.Operand, 1, 0);
        return new Dataset(Kept(features), Kept(targets), _scale, _shift, 0, Count, 0, Count, null, new EpochCounts());
    }

    private static Tensor Kept(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Contiguous().KeepForever();
    }

    private static int Samples(Tensor tensor) => tensor?.Rank > 0 ? tensor.Shape[0] : 0;

    private Dataset Part(int start, int count) =>
        new(_features, _targets, _scale, _shift, _from, _whole, _start + start, count, _splitSeed, _epochs);

    private Tensor Stored(Tensor all) => _splitSeed is null
        ? all.Narrow(0, _from + _start, Count)
        : throw new InvalidOperationException("Dataset: the samples of a shuffled part do not stand together. Read them with Batches(shuffle: false).");
}

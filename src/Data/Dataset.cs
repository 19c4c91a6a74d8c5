namespace DeepSharp.Data;

/// <summary>Samples with their targets, from which shuffled mini-batches are cut: in memory on a device, or read as batches want them.</summary>
/// <remarks>
/// <para>Features [n, …] in memory stay as they are, bytes too; the kernel that gathers a batch converts bytes to Float32 and applies
/// <c>x * scale + shift</c> on the way. Integers, such as the numbers of words for an embedding, move as they are. A part of a data set
/// is a view: nothing is copied.</para>
/// <para>What does not fit in memory comes from a <see cref="RowSource"/> or a stream (<see cref="FromStream{TX, TY}(IEnumerable{ValueTuple{TX[], TY[]}}, Shape, Shape, int, int, Device?, int)"/>):
/// a thread reads a few batches ahead. From a source they are the same batches, to the bit, as from tensors with the same samples and seed.</para>
/// </remarks>
public sealed partial class Dataset
{
    private readonly SampleStore _store;
    private readonly Selection _selection;

    // Parts that are made anew each epoch go on where the last one stopped.
    private readonly EpochCounts _epochs;

    /// <summary>A data set over tensors, which it keeps out of all scopes.</summary>
    /// <param name="features">The samples [n, …]: UInt8, Int32, Int64, Float32 or Float64.</param>
    /// <param name="targets">The targets [n] or [n, …], on the same device.</param>
    /// <exception cref="ArgumentException">Numbers, element types or devices do not fit.</exception>
    public Dataset(Tensor features, Tensor targets)
        : this([features], [targets])
    {
    }

    /// <summary>A data set of several kinds of features and targets: batches have them in <see cref="Batch.Xs"/> and <see cref="Batch.Ys"/>.</summary>
    /// <param name="features">Tensors [n, …]: UInt8, Int32, Int64, Float32 or Float64.</param>
    /// <param name="targets">Tensors [n] or [n, …], on the same device.</param>
    /// <exception cref="ArgumentException">There are none, or numbers, element types or devices do not fit.</exception>
    public Dataset(IReadOnlyList<Tensor> features, IReadOnlyList<Tensor> targets)
        : this(new TensorStore(features, targets))
    {
    }

    /// <summary>A data set whose samples are read as batches want them.</summary>
    /// <param name="features">The samples: UInt8, Int32, Int64, Float32 or Float64.</param>
    /// <param name="targets">Their targets.</param>
    /// <param name="device">Where batches are made; <see cref="Device.Default"/> if null.</param>
    /// <param name="prefetch">How many batches are read ahead: as many are in memory, and one or two more.</param>
    /// <exception cref="ArgumentException">Numbers or element types do not fit.</exception>
    public Dataset(RowSource features, RowSource targets, Device? device = null, int prefetch = 2)
        : this([features], [targets], device, prefetch)
    {
    }

    /// <inheritdoc cref="Dataset(RowSource, RowSource, Device?, int)"/>
    public Dataset(IReadOnlyList<RowSource> features, IReadOnlyList<RowSource> targets, Device? device = null, int prefetch = 2)
        : this(new SourceStore(features, targets, device ?? Device.Default, Ahead(prefetch)))
    {
    }

    private Dataset(SampleStore store)
        : this(store, Selection.All(store.Count), new EpochCounts())
    {
    }

    private Dataset(SampleStore store, Selection selection, EpochCounts epochs)
    {
        _store = store;
        _selection = selection;
        _epochs = epochs;
        Scales = [.. store.Features.Select(static _ => (1.0, 0.0))];
    }

    /// <summary>The number of samples.</summary>
    public int Count => _selection.Count;

    /// <summary>Where batches are made; where the samples are, if they are in memory.</summary>
    public Device Device => _store.Device;

    /// <summary>The shape of a sample: of its first features, before any transform.</summary>
    public Shape SampleShape => _store.Features[0].Shape;

    /// <summary>All samples as they are stored: in this part's order, neither converted nor scaled.</summary>
    /// <remarks>A view where they stand together in memory; else a copy, which belongs to the scope it is asked for in.</remarks>
    /// <exception cref="InvalidOperationException">The samples come from a stream.</exception>
    public Tensor Features => _store.Stored(0, _selection);

    /// <summary>All targets in their order.</summary>
    /// <inheritdoc cref="Features"/>
    public Tensor Targets => _store.Stored(_store.Features.Length, _selection);

    /// <summary>All kinds of features, as <see cref="Features"/> has the first.</summary>
    public IReadOnlyList<Tensor> AllFeatures => [.. _store.Features.Select((_, i) => _store.Stored(i, _selection))];

    /// <summary>All kinds of targets, as <see cref="Targets"/> has the first.</summary>
    public IReadOnlyList<Tensor> AllTargets => [.. _store.Targets.Select((_, i) => _store.Stored(_store.Features.Length + i, _selection))];

    private (double Scale, double Shift)[] Scales { get; init; }

    private Transform[] Transforms { get; init; } = [];

    private int Bucket { get; init; }

    /// <summary>Samples that come one behind the other: what a program makes or receives as it goes.</summary>
    /// <remarks>An epoch enumerates them anew, from the first on. They have no numbers, so that there are no parts of them, and they are shuffled
    /// within a buffer only.</remarks>
    /// <param name="samples">The features and targets of each sample, in row-major order.</param>
    /// <param name="features">The shape of a sample.</param>
    /// <param name="targets">The shape of its targets; <see cref="Shape.Scalar"/> for a label.</param>
    /// <param name="count">How many samples an epoch has; those behind are not asked for.</param>
    /// <param name="shuffleBuffer">How many samples wait to be drawn from by seed and epoch; 0 for the order in which they come.</param>
    /// <param name="device">Where batches are made; <see cref="Device.Default"/> if null.</param>
    /// <param name="prefetch">How many batches are read ahead.</param>
    /// <exception cref="ArgumentException">A number is out of range, or features of the type are none that a batch can have.</exception>
    public static Dataset FromStream<TX, TY>(
        IEnumerable<(TX[] X, TY[] Y)> samples, Shape features, Shape targets, int count, int shuffleBuffer = 0, Device? device = null, int prefetch = 2)
        where TX : unmanaged
        where TY : unmanaged
    {
        ArgumentNullException.ThrowIfNull(samples);
        return Streamed(_ => samples, features, targets, count, shuffleBuffer, device, prefetch);
    }

    /// <inheritdoc cref="FromStream{TX, TY}(IEnumerable{ValueTuple{TX[], TY[]}}, Shape, Shape, int, int, Device?, int)"/>
    public static Dataset FromStream<TX, TY>(
        IAsyncEnumerable<(TX[] X, TY[] Y)> samples, Shape features, Shape targets, int count, int shuffleBuffer = 0, Device? device = null,
        int prefetch = 2)
        where TX : unmanaged
        where TY : unmanaged
    {
        ArgumentNullException.ThrowIfNull(samples);
        return Streamed(stop => samples.ToBlockingEnumerable(stop), features, targets, count, shuffleBuffer, device, prefetch);
    }

    /// <summary>The samples on a device, in their order; the data set itself if it is there already.</summary>
    /// <remarks>The same batches follow from the same seeds there, from the first epoch on. For a part of a split, all that was split is
    /// copied: move first, then split. Of samples that are read as batches want them, nothing is copied.</remarks>
    /// <param name="device">Where to.</param>
    public Dataset To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (ReferenceEquals(device, Device))
        {
            return this;
        }

        (SampleStore store, Selection selection) = _store.On(device, _selection);
        return With(store, selection, new EpochCounts());
    }

    /// <summary>The same samples, with features multiplied and shifted on their way into a batch.</summary>
    /// <param name="scale">The factor, such as 1/255 for bytes.</param>
    /// <param name="shift">The term added after it.</param>
    /// <param name="feature">Which of several kinds of features, from 0.</param>
    /// <exception cref="InvalidOperationException">The features are Int32 or Int64.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no such features.</exception>
    public Dataset Scaled(double scale, double shift = 0, int feature = 0)
    {
        if ((uint)feature >= (uint)Scales.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(feature), $"Dataset: there are features 0 to {Scales.Length - 1}, and no {feature}.");
        }

        if (_store.Features[feature].DType is DType.Int32 or DType.Int64)
        {
            throw new InvalidOperationException(
                $"Dataset: features of {_store.Features[feature].DType} are not scaled. Make the data set of features.To(DType.Float32).");
        }

        (double Scale, double Shift)[] scales = [.. Scales];
        scales[feature] = (Scales[feature].Scale * scale, (Scales[feature].Shift * scale) + shift);
        return new Dataset(_store, _selection, _epochs) { Scales = scales, Transforms = Transforms, Bucket = Bucket };
    }

    /// <summary>The same samples, with batches that transforms change on the device, one behind the other.</summary>
    /// <remarks>Random ones, such as <see cref="RandomAffine"/>, change batches that are shuffled, which are those of a training; others, such as
    /// <see cref="Normalize"/>, change all. What they draw follows from the seed, the epoch, the position in it and their place among the
    /// transforms. No gradient goes through them.</remarks>
    /// <param name="transforms">The transforms, behind those that the data set has.</param>
    public Dataset Map(params ReadOnlySpan<Transform> transforms)
    {
        foreach (Transform transform in transforms)
        {
            ArgumentNullException.ThrowIfNull(transform, nameof(transforms));
        }

        return new Dataset(_store, _selection, _epochs) { Scales = Scales, Transforms = [.. Transforms, .. transforms], Bucket = Bucket };
    }

    /// <summary>The same sequences, in shuffled batches whose sequences are of similar length: less padding, less work.</summary>
    /// <remarks>Of each so many batches of an epoch the samples are sorted by length and cut into batches, which come in a random order. It follows
    /// from the seed, as all orders do.</remarks>
    /// <param name="batches">How many batches are sorted together. More leave less padding and less chance.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below one.</exception>
    /// <exception cref="InvalidOperationException">The samples are all of one length.</exception>
    public Dataset Bucketed(int batches = 50)
    {
        Bounds.AtLeast(1, batches, nameof(Bucketed));
        _store.RequireLengths(nameof(Bucketed));
        return new Dataset(_store, _selection, _epochs) { Scales = Scales, Transforms = Transforms, Bucket = batches };
    }

    /// <summary>
    /// Mini-batches for <c>foreach</c>. Each step is a scope: tensors made in it are freed when the next one begins.
    /// </summary>
    /// <remarks>
    /// An order is a function of the seed and the number of an epoch. Each walk takes the next number, from 1: the data set counts, for
    /// each seed, how often it has been walked, whether by one sequence again and again or by sequences made anew. So every epoch has an
    /// order of its own, and a program that runs again has the same ones. Parts count for themselves; a part made anew (<c>Take</c>,
    /// <c>Slice</c>, <c>Split</c>, <c>Scaled</c>) goes on counting, a copy (<c>To</c>) or a split of a split begins at 1. <c>Fit</c> counts in
    /// the same way, but for each network, so that two networks that are trained with one seed see the same orders.
    /// <para>Batches that are shuffled are for training: random transforms (<see cref="Map"/>) change them, weights (<see cref="Weighted"/>)
    /// choose them. Batches that are not are the samples themselves, each once.</para>
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
        return new BatchSequence(this, batchSize, shuffle ? seed : null, epoch, dropLast, 0);
    }

    /// <summary>The number of samples, their shape and type, and those of the targets.</summary>
    public override string ToString() => $"Dataset: {Count} samples {Text(_store.Features)}, targets {Text(_store.Targets)}, on {Device}";

    /// <summary>The number of the next epoch of a seed, which begins with the call.</summary>
    /// <param name="seed">The seed of the orders.</param>
    /// <param name="walker">Whose epochs are counted; null for those of loops.</param>
    internal int BeginEpoch(ulong seed, object? walker = null) => _epochs.Next(walker, seed, _selection.Key);

    /// <summary>Counts on behind an epoch, which a training that goes on had begun before.</summary>
    internal void ResumeEpochs(ulong seed, object walker, int epoch) => _epochs.Set(walker, seed, _selection.Key, epoch);

    /// <summary>The shape of a sample's (first) targets, and the type in which they are stored.</summary>
    internal Field TargetKind => TargetKinds[0];

    /// <summary>Those of all of a sample's targets.</summary>
    internal IReadOnlyList<Field> TargetKinds => _store.Targets;

    /// <summary>Starts to read batches.</summary>
    /// <param name="seed">The seed of the order; null for the samples in their own.</param>
    /// <param name="epoch">The number of the epoch; null for the seed's next.</param>
    /// <param name="rows">How many samples the batches have together.</param>
    /// <param name="batchSize">How many samples a batch has.</param>
    /// <param name="first">The number of the first batch, from 0.</param>
    /// <param name="share">Which rows of each batch are read.</param>
    internal (IBatchReader Reader, int Epoch) Open(ulong? seed, int? epoch, int rows, int batchSize, int first, BatchShare share)
    {
        int number = epoch ?? (seed is { } counted ? BeginEpoch(counted) : 0);
        BatchPlan plan = new(_selection, seed is { } shuffled ? (shuffled, (ulong)number) : null, Scales, rows, batchSize, first, Bucket, share);
        return (_store.Open(plan), number);
    }

    /// <summary>What the transforms make of a batch.</summary>
    internal Batch Transformed(Batch batch, ulong? seed, int epoch, int position)
    {
        for (int i = 0; i < Transforms.Length; i++)
        {
            if (seed is not null || !Transforms[i].IsRandom)
            {
                batch = Transforms[i].Apply(batch, new BatchPlace(seed ?? 0, epoch, position, i));
            }
        }

        return batch;
    }

    private static Dataset Streamed<TX, TY>(
        Func<CancellationToken, IEnumerable<(TX[] X, TY[] Y)>> open, Shape features, Shape targets, int count, int buffer, Device? device, int prefetch)
        where TX : unmanaged
        where TY : unmanaged
    {
        Bounds.AtLeast(0, count, nameof(FromStream));
        Bounds.AtLeast(0, buffer, nameof(FromStream), "shuffleBuffer");
        SampleStore.RequireFeature(DType.Of<TX>());
        return new Dataset(new StreamStore<TX, TY>(
            open, new Field(features, DType.Of<TX>()), new Field(targets, DType.Of<TY>()), count, buffer, device ?? Device.Default, Ahead(prefetch)));
    }

    private static int Ahead(int prefetch)
    {
        Bounds.AtLeast(1, prefetch, nameof(Dataset));
        return prefetch;
    }

    private static string Text(Field[] fields) => string.Join(" and ", fields.Select(static field => $"{field.Shape} of {field.DType}"));

    // A part of this data set. Its weights are those of its samples.
    private Dataset Of(Selection selection, EpochCounts? epochs = null) => With(
        _store, _selection.Tables?.Weights is { } weights ? selection.Weighted(weights) : selection, epochs ?? _epochs);

    private Dataset With(SampleStore store, Selection selection, EpochCounts epochs) =>
        new(store, selection, epochs) { Scales = Scales, Transforms = Transforms, Bucket = Bucket };
}

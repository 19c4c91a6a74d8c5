namespace DeepSharp.Data;

/// <summary>Samples that a thread of its own reads ahead of the batches.</summary>
internal sealed class SourceStore : SampleStore
{
    private readonly RowSource[] _features;
    private readonly RowSource[] _sources;
    private readonly int _prefetch;

    internal SourceStore(IReadOnlyList<RowSource> features, IReadOnlyList<RowSource> targets, Device device, int prefetch)
        : base(Fields(features, nameof(features)), Fields(targets, nameof(targets)), device)
    {
        _features = [.. features];
        _sources = [.. features, .. targets];
        _prefetch = prefetch;
        foreach (RowSource source in _sources)
        {
            if (source.Count != features[0].Count)
            {
                throw new ArgumentException($"Dataset: {features[0]} and {source} must have the same number of samples.");
            }
        }

        foreach (Field feature in Features)
        {
            RequireFeature(feature.DType);
        }
    }

    internal override int Count => _sources[0].Count;

    internal override IBatchReader Open(BatchPlan plan) => new PrefetchedReader(this, plan, _prefetch, stop => Batches(plan, stop));

    internal override Tensor Stored(int field, Selection selection)
    {
        Tensor here = Read(_sources[field], selection.Samples(), default);
        if (ReferenceEquals(Device, Device.Cpu))
        {
            return here;
        }

        using (here)
        {
            return here.To(Device);
        }
    }

    internal override (SampleStore Store, Selection Selection) On(Device device, Selection selection) =>
        (new SourceStore(_features, _sources[_features.Length..], device, _prefetch), selection);

    internal override void RequireLengths(string operation)
    {
        if (!_features.Any(static feature => feature.IsRagged))
        {
            base.RequireLengths(operation);
        }
    }

    private static Field[] Fields(IReadOnlyList<RowSource> sources, string name)
    {
        ArgumentNullException.ThrowIfNull(sources, name);
        if (sources.Count == 0)
        {
            throw new ArgumentException($"Dataset: there are no {name}; there must be at least one source of them.", name);
        }

        foreach (RowSource source in sources)
        {
            ArgumentNullException.ThrowIfNull(source, name);
        }

        return [.. sources.Select(static source => source.Field)];
    }

    private static Tensor Read(RowSource source, ReadOnlySpan<int> samples, CancellationToken stop)
    {
        Shape shape = source.SampleShape;
        int steps = 0;
        if (source.IsRagged)
        {
            foreach (int sample in samples)
            {
                steps = Math.Max(steps, source.LengthOf(sample));
            }

            shape = new Shape([steps, .. shape.AsSpan()[1..]]);
        }

        if ((long)samples.Length * shape.Size * source.DType.Size > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Dataset: {samples.Length} samples {shape} of {source.DType} are more than 2 GB at a time. Take smaller batches, or a part: Take, Slice.");
        }

        Tensor rows = Tensor.Uninitialized(new Shape([samples.Length, .. shape]), source.DType, Device.Cpu, "Batch");
        try
        {
            source.Read(samples, Bytes(rows), steps, stop);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private static unsafe Span<byte> Bytes(Tensor rows) =>
        new(rows.Storage.Block.Host<byte>(0), rows.Count * rows.DType.Size);

    // On the reader's thread.
    private IEnumerable<ReadBatch> Batches(BatchPlan plan, CancellationToken stop)
    {
        RowSource? ragged = _features.FirstOrDefault(static feature => feature.IsRagged);
        BucketedOrder order = new(plan, ragged);
        for (int batch = plan.First; (long)batch * plan.BatchSize < plan.Rows; batch++)
        {
            ReadOnlySpan<int> samples = order.Samples(batch);
            (int start, int rows, _) = plan.Share.Of(samples.Length);
            samples = samples.Slice(start, rows);
            ReadBatch read = new(_sources.Length) { Lengths = ragged is null ? null : [.. samples.ToArray().Select(ragged.LengthOf)] };
            try
            {
                foreach (RowSource source in _sources)
                {
                    read.Tensors.Add(Read(source, samples, stop));
                }
            }
            catch
            {
                read.Dispose();
                throw;
            }

            yield return read;
        }
    }
}

using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Samples that come one behind the other, in the order of their own or through a buffer that shuffles them.</summary>
/// <param name="open">Begins the samples anew.</param>
/// <param name="features">The features of a sample.</param>
/// <param name="targets">Its targets.</param>
/// <param name="count">How many samples an epoch has.</param>
/// <param name="buffer">How many samples wait to be drawn from.</param>
/// <param name="device">Where batches are made.</param>
/// <param name="prefetch">How many batches are read ahead.</param>
internal sealed class StreamStore<TX, TY>(
    Func<CancellationToken, IEnumerable<(TX[] X, TY[] Y)>> open, Field features, Field targets, int count, int buffer, Device device, int prefetch)
    : SampleStore([features], [targets], device)
    where TX : unmanaged
    where TY : unmanaged
{
    private const uint Draws = 0x42554646;

    internal override int Count => count;

    internal override IBatchReader Open(BatchPlan plan) => new PrefetchedReader(this, plan, prefetch, stop => Batches(plan, stop));

    internal override Tensor Stored(int field, Selection selection) => throw Streams("Features and Targets are not at hand");

    internal override (SampleStore Store, Selection Selection) On(Device device, Selection selection) =>
        (new StreamStore<TX, TY>(open, features, targets, count, buffer, device, prefetch), selection);

    internal override SampleStore Shortened(int first) => new StreamStore<TX, TY>(open, features, targets, first, buffer, Device, prefetch);

    internal override void RequirePlaces(string operation) => throw Streams($"there is no {operation}");

    private static InvalidOperationException Streams(string what) => new(
        $"Dataset: of samples that come one behind the other, {what}. Collect them in tensors, or write them to a file and read it with RowSource.");

    private IEnumerable<ReadBatch> Batches(BatchPlan plan, CancellationToken stop)
    {
        using IEnumerator<(TX[] X, TY[] Y)> samples = Ordered(plan, stop).GetEnumerator();
        for (long skipped = 0; skipped < (long)plan.First * plan.BatchSize && samples.MoveNext(); skipped++)
        {
            stop.ThrowIfCancellationRequested();
        }

        for (int first = plan.First * plan.BatchSize; first < plan.Rows; first += plan.BatchSize)
        {
            int whole = Math.Min(plan.BatchSize, plan.Rows - first);
            (int start, int rows, _) = plan.Share.Of(whole);
            TX[] xs = new TX[checked(rows * features.Shape.Size)];
            TY[] ys = new TY[checked(rows * targets.Shape.Size)];
            for (int place = 0; place < whole; place++)
            {
                stop.ThrowIfCancellationRequested();
                _ = samples.MoveNext();
                int row = place - start;
                if ((uint)row >= (uint)rows)
                {
                    continue;
                }

                samples.Current.X.CopyTo(xs, row * features.Shape.Size);
                samples.Current.Y.CopyTo(ys, row * targets.Shape.Size);
            }

            ReadBatch read = new(2);
            read.Tensors.Add(Tensor.From(xs, new Shape([rows, .. features.Shape]), Device.Cpu));
            read.Tensors.Add(Tensor.From(ys, new Shape([rows, .. targets.Shape]), Device.Cpu));
            yield return read;
            if (first > int.MaxValue - plan.BatchSize)
            {
                yield break;
            }
        }
    }

    // One sample leaves the buffer for each that enters it, as in tf.data.
    private IEnumerable<(TX[] X, TY[] Y)> Ordered(BatchPlan plan, CancellationToken stop)
    {
        IEnumerable<(TX[] X, TY[] Y)> samples = Checked(stop);
        if (plan.Shuffle is not { } shuffle || buffer <= 1)
        {
            foreach ((TX[] X, TY[] Y) sample in samples)
            {
                yield return sample;
            }

            yield break;
        }

        List<(TX[] X, TY[] Y)> waiting = new(Math.Min(buffer, count));
        uint position = 0;
        foreach ((TX[] X, TY[] Y) sample in samples)
        {
            if (waiting.Count < buffer)
            {
                waiting.Add(sample);
                continue;
            }

            int drawn = Draw();
            (TX[] X, TY[] Y) leaves = waiting[drawn];
            waiting[drawn] = sample;
            yield return leaves;
        }

        while (waiting.Count > 0)
        {
            int drawn = Draw();
            (TX[] X, TY[] Y) leaves = waiting[drawn];
            waiting[drawn] = waiting[^1];
            waiting.RemoveAt(waiting.Count - 1);
            yield return leaves;
        }

        int Draw()
        {
            uint word = Philox.Of(position++, (uint)shuffle.Epoch, Draws, 0, (uint)shuffle.Seed, (uint)(shuffle.Seed >> 32)).W0;
            return (int)(((ulong)word * (uint)waiting.Count) >> 32);
        }
    }

    // The first samples, as many as an epoch has, each of the right size.
    private IEnumerable<(TX[] X, TY[] Y)> Checked(CancellationToken stop)
    {
        IEnumerator<(TX[] X, TY[] Y)> samples = open(stop).GetEnumerator();
        try
        {
            for (int i = 0; i < count; i++)
            {
                (TX[] X, TY[] Y) sample;
                try
                {
                    sample = samples.MoveNext()
                        ? samples.Current
                        : throw new InvalidDataException($"expected {count} samples, as was said, and found {i}.");
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    throw new IOException($"Dataset: sample {i} of the stream cannot be read: {error.Message}", error);
                }

                yield return sample.X?.Length == features.Shape.Size && sample.Y?.Length == targets.Shape.Size
                    ? sample
                    : throw new InvalidDataException(
                        $"Dataset: sample {i} of the stream has {sample.X?.Length ?? 0} features and {sample.Y?.Length ?? 0} targets; expected "
                        + $"{features.Shape.Size} for {features.Shape} and {targets.Shape.Size} for {targets.Shape}.");
            }
        }
        finally
        {
            samples.Dispose();
        }
    }
}

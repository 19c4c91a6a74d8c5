using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>The samples of each batch, as a host asks for them: in the epoch's order, or sorted by length within a bucket of batches.</summary>
/// <remarks>Of a bucket, the samples are sorted by length and cut into batches, which then come in an order of their own. A batch that is
/// smaller than the others takes part in no bucket, or it would always have the longest ones. All of it follows from the seed, the epoch
/// and the number of the batch.</remarks>
internal sealed class BucketedOrder(BatchPlan plan, RowSource? lengths)
{
    // Keeps the order of a bucket's batches apart from other permutations of the seed.
    private const ulong Stream = 1UL << 62;

    private readonly ArrayIntegers _tables = new(plan.Selection.Tables?.All);
    private int[] _samples = [];
    private int _bucket = -1;

    internal ReadOnlySpan<int> Samples(int batch)
    {
        int first = batch * plan.BatchSize;
        int rows = Math.Min(plan.BatchSize, plan.Rows - first);
        int whole = plan.Rows / plan.BatchSize;
        if (plan.Bucket == 0 || lengths is null || plan.Shuffle is not { } shuffle || batch >= whole)
        {
            // A bucket that was sorted is not this one.
            _bucket = -1;
            return _samples = Positions(first, rows);
        }

        int bucket = batch / plan.Bucket;
        int begin = bucket * plan.Bucket;
        int batches = Math.Min(plan.Bucket, whole - begin);
        if (bucket != _bucket)
        {
            _samples = Positions(begin * plan.BatchSize, batches * plan.BatchSize);
            int[] keys = [.. _samples.Select(lengths.LengthOf)];

            // Stable, so that the order does not hang on how the runtime sorts.
            _samples = [.. Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]).Select(i => _samples[i])];
            _bucket = bucket;
        }

        int own = new KeyedPermutation(batches, shuffle.Seed, Stream + (shuffle.Epoch << 32) + (uint)bucket).At(batch - begin);
        return _samples.AsSpan(own * plan.BatchSize, plan.BatchSize);
    }

    private int[] Positions(int first, int rows)
    {
        int[] samples = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            samples[i] = plan.Order.Sample(first + i, _tables);
        }

        return samples;
    }
}

namespace DeepSharp.Kernels;

/// <summary>Which samples a batch takes: a stretch of an order, through a split of the data.</summary>
/// <remarks>
/// Position p of an epoch is sample <c>from + split(start + epoch(p))</c>: the epoch's permutation shuffles the data set's own samples,
/// and the split's says which samples of the stretch that was split those are. Either may be absent.
/// </remarks>
internal readonly struct BatchOrder
{
    private readonly KeyedPermutation _epoch;
    private readonly KeyedPermutation _split;
    private readonly int _shuffles;
    private readonly int _splits;
    private readonly int _from;
    private readonly int _start;

    /// <summary>An order over the samples [start, start + count) of the stretch [from, from + whole), or of its permutation.</summary>
    internal BatchOrder(int from, int whole, int start, int count, ulong? splitSeed, (ulong Seed, ulong Epoch)? shuffle)
    {
        _from = from;
        _start = start;
        _splits = splitSeed is null ? 0 : 1;
        _shuffles = shuffle is null ? 0 : 1;
        _split = new KeyedPermutation(whole, splitSeed ?? 0, ulong.MaxValue);
        _epoch = new KeyedPermutation(count, shuffle?.Seed ?? 0, shuffle?.Epoch ?? 0);
    }

    /// <summary>The sample at a position of the epoch.</summary>
    internal int Sample(int position)
    {
        int own = _start + (_shuffles != 0 ? _epoch.At(position) : position);
        return _from + (_splits != 0 ? _split.At(own) : own);
    }
}

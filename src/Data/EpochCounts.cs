namespace DeepSharp.Data;

/// <summary>How many epochs each seed has had on each part of some samples.</summary>
internal sealed class EpochCounts
{
    private readonly Dictionary<(ulong Seed, int From, int Whole, int Start, int Count, ulong? SplitSeed), int> _counts = [];

    /// <summary>Counts one more epoch and gives its number, from 1.</summary>
    internal int Next((ulong Seed, int From, int Whole, int Start, int Count, ulong? SplitSeed) epochs)
    {
        lock (_counts)
        {
            return _counts[epochs] = _counts.GetValueOrDefault(epochs) + 1;
        }
    }
}

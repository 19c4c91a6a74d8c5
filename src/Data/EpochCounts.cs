using System.Runtime.CompilerServices;

namespace DeepSharp.Data;

/// <summary>How many epochs of each seed somebody has walked over each part of some samples.</summary>
internal sealed class EpochCounts
{
    // Who walks is not kept alive by it.
    private readonly ConditionalWeakTable<object, Dictionary<(ulong Seed, int From, int Whole, int Start, int Count, ulong? SplitSeed), int>> _counts = [];

    /// <summary>Counts one more epoch and gives its number, from 1.</summary>
    /// <param name="walker">Who walks: a network that is trained; null for loops of the user's own, which count together.</param>
    /// <param name="epochs">What is counted: the epochs of a seed over a part.</param>
    internal int Next(object? walker, (ulong Seed, int From, int Whole, int Start, int Count, ulong? SplitSeed) epochs)
    {
        Dictionary<(ulong, int, int, int, int, ulong?), int> counts = _counts.GetOrCreateValue(walker ?? this);
        lock (counts)
        {
            return counts[epochs] = counts.GetValueOrDefault(epochs) + 1;
        }
    }

    /// <summary>Goes on counting behind a number, as if so many had been walked.</summary>
    internal void Set(object walker, (ulong Seed, int From, int Whole, int Start, int Count, ulong? SplitSeed) epochs, int number)
    {
        Dictionary<(ulong, int, int, int, int, ulong?), int> counts = _counts.GetOrCreateValue(walker);
        lock (counts)
        {
            counts[epochs] = number;
        }
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Data;

/// <summary>How many epochs of each seed somebody has walked over each part of some samples.</summary>
internal sealed class EpochCounts
{
    // Who walks is not kept alive by it.
    private readonly ConditionalWeakTable<object, Dictionary<(ulong Seed, string Part), int>> _counts = [];

    /// <summary>Counts one more epoch and gives its number, from 1.</summary>
    /// <param name="walker">Who walks: a network that is trained; null for loops of the user's own, which count together.</param>
    /// <param name="seed">The seed of the orders.</param>
    /// <param name="part">The part that is walked.</param>
    internal int Next(object? walker, ulong seed, string part)
    {
        Dictionary<(ulong, string), int> counts = _counts.GetOrCreateValue(walker ?? this);
        lock (counts)
        {
            return counts[(seed, part)] = counts.GetValueOrDefault((seed, part)) + 1;
        }
    }

    /// <summary>Goes on counting behind a number, as if so many had been walked.</summary>
    internal void Set(object walker, ulong seed, string part, int number)
    {
        Dictionary<(ulong, string), int> counts = _counts.GetOrCreateValue(walker);
        lock (counts)
        {
            counts[(seed, part)] = number;
        }
    }
}

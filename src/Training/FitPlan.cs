using System.Globalization;
using DeepSharp.Data;

namespace DeepSharp.Training;

/// <summary>What a call of <c>Fit</c> was asked for, apart from what it trains and how.</summary>
internal sealed record FitPlan(
    Dataset Data, Dataset? Validation, int Epochs, int BatchSize, ulong Seed, bool DropLast, int Accumulate, CancellationToken Cancellation)
{
    /// <summary>The set that a validation split was taken from.</summary>
    internal required Dataset All { get; init; }

    /// <summary>The number of the first epoch's order, if it is pinned.</summary>
    internal int? FirstEpoch { get; init; }

    /// <summary>The samples of a batch, from 0, of all processes together.</summary>
    internal int RowsOf(int batch) => (int)Math.Min(BatchSize, Data.Count - ((long)batch * BatchSize));

    /// <summary>What a checkpoint must have been saved with.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Settings(DType precision) =>
    [
        new("seed", Seed.ToString(CultureInfo.InvariantCulture)),
        new("batchSize", BatchSize.ToString(CultureInfo.InvariantCulture)),
        new("training samples", Data.Count.ToString(CultureInfo.InvariantCulture)),
        new("dropLast", DropLast ? "true" : "false"),
        new("accumulate", Accumulate.ToString(CultureInfo.InvariantCulture)),
        new("mixedPrecision", precision.ToString()),
    ];
}

namespace DeepSharp.Logging;

/// <summary>What is known of a training at a moment, as numbers.</summary>
internal sealed record ProgressSnapshot
{
    internal required int Epoch { get; init; }

    internal required int Epochs { get; init; }

    internal required int Batch { get; init; }

    internal required int Batches { get; init; }

    /// <summary>Seconds to the end of the epoch; null while unknown.</summary>
    internal double? EpochLeft { get; init; }

    /// <summary>Seconds to the end of the training; null while unknown.</summary>
    internal double? AllLeft { get; init; }

    internal bool IsValidating { get; init; }

    /// <summary>Loss first, then metrics.</summary>
    internal IReadOnlyList<KeyValuePair<string, double>> Values { get; init; } = [];

    /// <summary>Readings of the loss, first to last.</summary>
    internal IReadOnlyList<double> Losses { get; init; } = [];

    /// <summary>The values on validation data after the epoch before.</summary>
    internal IReadOnlyList<KeyValuePair<string, double>> Validation { get; init; } = [];

    internal double SamplesPerSecond { get; init; }

    internal double LearningRate { get; init; }

    internal string Device { get; init; } = string.Empty;

    internal long DeviceBytes { get; init; }

    internal long ProcessBytes { get; init; }
}

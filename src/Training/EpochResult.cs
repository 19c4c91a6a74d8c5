namespace DeepSharp.Training;

/// <summary>What one epoch of training came to.</summary>
/// <param name="Epoch">The number of the epoch, from 1.</param>
/// <param name="Values">Loss and metrics by name: <c>loss</c>, <c>accuracy</c>, and with validation data <c>val_loss</c>,
/// <c>val_accuracy</c>.</param>
/// <param name="LearningRate">The learning rate at the end of the epoch.</param>
/// <param name="Seconds">How long it took, validation included.</param>
/// <param name="SamplesPerSecond">Samples trained per second, validation not included.</param>
public sealed record EpochResult(
    int Epoch, IReadOnlyDictionary<string, double> Values, double LearningRate, double Seconds, double SamplesPerSecond)
{
    /// <summary>The value with a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public double this[string name] => Values.TryGetValue(name, out double value)
        ? value
        : throw new KeyNotFoundException(
            $"There is no '{name}' among {string.Join(", ", Values.Keys)}. Metrics are given to Fit, and what begins with val_ needs validation data "
            + "or a validation split.");

    /// <summary>One line with all values: <c>epoch 3: loss 0.1234, accuracy 0.9712, learning rate 0.001, 60,000 samples/s, 1.2 s</c>.</summary>
    public override string ToString() =>
        $"epoch {Epoch}: {string.Join(", ", Values.Select(static pair => $"{pair.Key} {pair.Value:0.0000}"))}, learning rate {LearningRate:G4}, "
        + $"{SamplesPerSecond:N0} samples/s, {Seconds:F1} s";
}

namespace DeepSharp.Training;

/// <summary>Writes a line for each epoch.</summary>
/// <param name="writer">Where; the console if null.</param>
public sealed class ProgressLines(TextWriter? writer = null) : ICallback
{
    /// <inheritdoc/>
    public void OnEpochEnd(TrainingContext context, EpochResult result)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(result);
        if (!context.IsPrimary)
        {
            return;
        }

        string values = string.Join("  ", result.Values.Select(static pair => $"{pair.Key} {pair.Value:F4}"));
        (writer ?? Console.Out).WriteLine(
            $"epoch {result.Epoch}/{context.Epochs}  {values}  {result.SamplesPerSecond:N0} samples/s  {result.Seconds:F1} s");
    }
}

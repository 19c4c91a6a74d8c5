using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeepSharp.Training;

/// <summary>Writes a JSON object for each epoch, one to a line: <c>{"epoch":1,"values":{"loss":0.5},"learning_rate":0.001,…}</c>; and if asked for,
/// one for each step: <c>{"step":100,"epoch":1,"batch":100,"values":{"loss":0.6},"learning_rate":0.001,"seconds":2.5}</c>, with the means of
/// the epoch so far and its seconds.</summary>
/// <inheritdoc cref="EpochLog"/>
public sealed class JsonLinesLogger : EpochLog, ICallback
{
    private readonly int _every;
    private long _written;

    /// <summary>A log in a file.</summary>
    /// <param name="path">The file; an older one is replaced. A training that is resumed keeps the steps in it that it had done when it was saved.</param>
    /// <param name="every">Every how many steps of the optimizer to write a line; 0 for lines of epochs alone. It waits for the device.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="every"/> is negative.</exception>
    public JsonLinesLogger(string path, int every = 0)
        : base(path)
    {
        Bounds.AtLeast(0, every, nameof(JsonLinesLogger));
        _every = every;
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void OnBatchEnd(TrainingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_every == 0 || !context.IsPrimary || !context.HasStepped || context.Steps == _written || context.Steps % _every != 0)
        {
            return;
        }

        _written = context.Steps;
        JsonObject values = new() { ["loss"] = HistoryJson.Number(context.Loss) };
        foreach ((string name, double value) in context.Metrics)
        {
            values.Add(name, HistoryJson.Number(value));
        }

        Append(new JsonObject
        {
            ["step"] = context.Steps,
            ["epoch"] = context.Epoch,
            ["batch"] = context.Batch,
            ["values"] = values,
            ["learning_rate"] = HistoryJson.Number(context.Optimizer.LearningRate),
            ["seconds"] = HistoryJson.Number(context.Seconds),
        }.ToJsonString() + "\n");
    }

    private protected override string First(IReadOnlyList<string> names) => string.Empty;

    private protected override string Line(EpochResult result, IReadOnlyList<string> names) => HistoryJson.Write(result).ToJsonString() + "\n";

    // Steps are not in a checkpoint: those that were done when it was saved are in the file, before the line of their epoch.
    private protected override string Before(TrainingContext context, string path)
    {
        _written = context.Steps;
        if (_every == 0 || context.Steps == 0 || !File.Exists(path))
        {
            return base.Before(context, path);
        }

        StringBuilder text = new();
        Queue<EpochResult> epochs = new(context.History.Epochs);
        foreach (string line in File.ReadLines(path))
        {
            if (Step(line) is not { } step || step.Number > context.Steps)
            {
                continue;
            }

            while (epochs.TryPeek(out EpochResult? result) && result.Epoch < step.Epoch)
            {
                text.Append(Line(epochs.Dequeue(), context.ValueNames));
            }

            text.Append(line).Append('\n');
        }

        foreach (EpochResult result in epochs)
        {
            text.Append(Line(result, context.ValueNames));
        }

        return text.ToString();
    }

    // Null for the line of an epoch, and for one that was cut off.
    private static (long Number, int Epoch)? Step(string line)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject json && json["step"] is { } step && json["epoch"] is { } epoch ? ((long)step, (int)epoch) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeepSharp.Training;

/// <summary>Histories as JSON. NaN and infinities, which JSON has no numbers for, are the strings that .NET and Python name them by.</summary>
internal static class HistoryJson
{
    /// <summary>The format, which a reader checks.</summary>
    internal const string Format = "deepsharp.history";

    internal static JsonObject Write(History history) => new()
    {
        ["format"] = Format,
        ["stopped_early"] = history.StoppedEarly,
        ["stop_reason"] = history.StopReason,
        ["epochs"] = new JsonArray([.. history.Epochs.Select(Write)]),
    };

    internal static JsonObject Write(EpochResult epoch)
    {
        JsonObject values = [];
        foreach ((string name, double value) in epoch.Values)
        {
            values.Add(name, Number(value));
        }

        return new JsonObject
        {
            ["epoch"] = epoch.Epoch,
            ["values"] = values,
            ["learning_rate"] = Number(epoch.LearningRate),
            ["seconds"] = Number(epoch.Seconds),
            ["samples_per_second"] = Number(epoch.SamplesPerSecond),
        };
    }

    /// <summary>A history from its JSON.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static History Read(JsonNode? json, string path)
    {
        try
        {
            if (json is not JsonObject all || (string?)all["format"] != Format)
            {
                throw new FormatException($"there is no \"format\": \"{Format}\"");
            }

            History history = new() { StoppedEarly = (bool)all["stopped_early"]!, StopReason = (string?)all["stop_reason"] };
            foreach (JsonNode? epoch in all["epochs"]!.AsArray())
            {
                history.Add(new EpochResult(
                    (int)epoch!["epoch"]!, epoch["values"]!.AsObject().ToDictionary(static pair => pair.Key, static pair => Number(pair.Value)),
                    Number(epoch["learning_rate"]), Number(epoch["seconds"]), Number(epoch["samples_per_second"])));
            }

            return history;
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or NullReferenceException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path}: expected a history as History.SaveJson writes it, and found another text: {error.Message}.", error);
        }
    }

    internal static JsonValue Number(double value) =>
        double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString("R", CultureInfo.InvariantCulture));

    private static double Number(JsonNode? json) => json!.GetValueKind() == JsonValueKind.String
        ? double.Parse((string)json!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : (double)json;
}

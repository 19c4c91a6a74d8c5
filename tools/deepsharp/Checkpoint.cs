using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeepSharp.Tool;

/// <summary>What a checkpoint of a training says of it, in a line for people.</summary>
internal static class Checkpoint
{
    internal const string Key = "deepsharp.training";

    /// <summary>Lines of name and text; a checkpoint of a later version may say less.</summary>
    /// <exception cref="InvalidDataException">The description is damaged.</exception>
    internal static IReadOnlyList<(string Name, string Text)> Describe(string json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject about
                ? [.. Lines(about)]
                : throw new InvalidDataException("The description of the training in the file is no JSON object.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            // What is of another kind than it should be, and names that are there twice.
            throw new InvalidDataException($"The description of the training in the file is damaged: {error.Message}", error);
        }
    }

    private static IEnumerable<(string Name, string Text)> Lines(JsonObject about)
    {
        yield return ("goes on", $"with batch {(int?)about["batch"] + 1} of epoch {about["epoch"]}");
        yield return ("written by", $"DeepSharp {about["deepsharp"]}");
        if (about["parts"] is JsonArray parts)
        {
            yield return ("parts", string.Join(", ", parts));
        }

        if (about["settings"] is JsonObject settings)
        {
            yield return ("settings", string.Join(", ", settings.Select(static pair => $"{pair.Key} {pair.Value}")));
        }

        if (about["history"]?["epochs"] is JsonArray { Count: > 0 } epochs && epochs[^1] is JsonObject last && last["values"] is JsonObject values)
        {
            yield return ($"epoch {last["epoch"]}", string.Join(", ", values.Select(static pair => $"{pair.Key} {pair.Value}")));
        }
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp inspect FILE</c></summary>
internal static class InspectCommand
{
    internal static Command Make()
    {
        Argument<string> file = FileArgument.Make();
        Option<bool> statistics = new("--stats") { Description = "Read the tensors too: least, largest, mean, deviation, zeros, and what is no number." };
        Option<bool> json = Output.Json();
        Command command = new("inspect", "List what stands in a file: names, shapes, types, sizes, metadata.") { file, statistics, json };
        command.SetAction(parsed =>
        {
            using TensorFile opened = TensorFile.Open(parsed.GetRequiredValue(file));
            Statistics?[] found = [.. opened.Entries.Select(entry => parsed.GetValue(statistics) ? Read(opened, entry) : null)];
            if (parsed.GetValue(json))
            {
                Output.Write(ToJson(opened, found));
            }
            else
            {
                Print(opened, found, parsed.GetValue(statistics));
            }
        });
        return command;
    }

    // None of what no tensor of DeepSharp can hold.
    private static Statistics? Read(TensorFile file, FileEntry entry)
    {
        Tensor tensor;
        try
        {
            tensor = file.Load(entry.Name);
        }
        catch (InvalidDataException)
        {
            return null;
        }

        using (tensor)
        {
            return Statistics.Of(tensor);
        }
    }

    private static void Print(TensorFile file, Statistics?[] statistics, bool shows)
    {
        // Before anything is printed: what is damaged is told alone.
        (string Name, string Text)[] lines = [.. file.Metadata.SelectMany(static pair =>
            pair.Key == Checkpoint.Key ? Checkpoint.Describe(pair.Value) : [(pair.Key, pair.Value)])];
        Table table = shows
            ? Output.Table("name", "shape", "type", " bytes", " min", " max", " mean", " std", " zeros", " not finite")
            : Output.Table("name", "shape", "type", " bytes");
        foreach ((FileEntry entry, Statistics? found) in file.Entries.Zip(statistics))
        {
            string[] first = [entry.Name, entry.Shape, entry.Format, Output.Bytes(entry.Bytes)];
            string[] rest = !shows ? [] : found is null ? ["", "", "", "", "", ""] :
            [
                Output.Text($"{found.Min:G5}"), Output.Text($"{found.Max:G5}"), Output.Text($"{found.Mean:G5}"), Output.Text($"{found.Deviation:G5}"),
                Output.Text($"{found.Zeros}"), Output.Text($"{found.NotFinite}"),
            ];
            table.Add([.. first, .. rest]);
        }

        Output.Write(table);
        Console.WriteLine(Output.Text(
            $"{file.Kind}: {file.Entries.Count} tensors, {file.Entries.Sum(static entry => entry.Count):N0} elements, {Output.Bytes(file.Bytes)}"));
        foreach ((string name, string text) in lines)
        {
            Console.WriteLine($"{Output.Visible(name)}: {Output.Visible(text)}");
        }

        foreach ((string name, string reason) in file.Skipped)
        {
            Console.WriteLine($"{Output.Visible(name)} is left out: {Output.Visible(reason)}");
        }
    }

    private static JsonObject ToJson(TensorFile file, Statistics?[] statistics)
    {
        JsonArray tensors = [];
        foreach ((FileEntry entry, Statistics? found) in file.Entries.Zip(statistics))
        {
            JsonObject one = new()
            {
                ["name"] = entry.Name,
                ["shape"] = new JsonArray([.. entry.Dims.Select(static length => (JsonNode)length)]),
                ["type"] = entry.Format,
                ["bytes"] = entry.Bytes,
            };
            if (found is not null)
            {
                one["statistics"] = found.ToJson();
            }

            tensors.Add((JsonNode)one);
        }

        return new JsonObject
        {
            ["kind"] = file.Kind,
            ["tensors"] = tensors,
            ["metadata"] = Strings(file.Metadata),
            ["left_out"] = Strings(file.Skipped),
        };
    }

    private static JsonObject Strings(IReadOnlyDictionary<string, string> strings)
    {
        JsonObject all = [];
        foreach ((string name, string text) in strings)
        {
            all.Add(name, text);
        }

        return all;
    }
}

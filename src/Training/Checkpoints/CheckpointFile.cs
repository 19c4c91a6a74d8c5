using System.Text.Json;
using System.Text.Json.Nodes;
using DeepSharp.Persistence;

namespace DeepSharp.Training;

/// <summary>A checkpoint that has been opened: what it says is known and its content is whole.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private const string Key = "deepsharp.training";
    private const int Version = 1;

    private readonly SafeTensorsFile _file;
    private readonly JsonObject _about;

    private CheckpointFile(SafeTensorsFile file)
    {
        _file = file;
        string text = file.Metadata.GetValueOrDefault(Key) ?? throw Foreign(file.Path, $"no '{Key}' among the strings of the file");
        try
        {
            _about = JsonNode.Parse(text)!.AsObject();
            if ((int)_about["version"]! != Version)
            {
                throw new InvalidDataException(
                    $"{file.Path}: a checkpoint of version {_about["version"]}; this DeepSharp reads version {Version}. Go on with the one that wrote it.");
            }

            (Epoch, Batch) = ((int)_about["epoch"]!, (int)_about["batch"]!);
            History = HistoryJson.Read(_about["history"], file.Path);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw Foreign(file.Path, $"what is no description of a training: {error.Message}");
        }

        file.RequireSum();
    }

    internal string Path => _file.Path;

    internal int Epoch { get; }

    internal int Batch { get; }

    internal History History { get; }

    public void Dispose() => _file.Dispose();

    /// <summary>Opens and checks a file; where it is not good, the error names one that is.</summary>
    internal static CheckpointFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return OpenAlone(path);
        }
        catch (InvalidDataException error)
        {
            string? other = new CheckpointName(path).Others().FirstOrDefault(IsGood);
            throw new InvalidDataException(
                $"{error.Message} {(other is null ? "There is no other checkpoint in its folder." : $"The newest good checkpoint in its folder is {other}.")}", error);
        }
    }

    internal static bool IsGood(string path)
    {
        try
        {
            OpenAlone(path).Dispose();
            return true;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal static void Save(string path, TrainingCheckpoint checkpoint)
    {
        using TensorScope scope = Tensor.Scope();
        JsonArray parts = [];
        Dictionary<string, Tensor> tensors = [];
        foreach (CheckpointPart part in checkpoint.Parts)
        {
            parts.Add((JsonNode)JsonValue.Create(part.Name));
            foreach ((string name, Tensor value) in part.State())
            {
                tensors.Add($"{part.Name}.{name}", value);
            }
        }

        JsonObject settings = [];
        foreach ((string name, string value) in checkpoint.Settings)
        {
            settings.Add(name, value);
        }

        JsonObject about = new()
        {
            ["version"] = Version,
            ["deepsharp"] = typeof(CheckpointFile).Assembly.GetName().Version!.ToString(),
            ["epoch"] = checkpoint.Epoch,
            ["batch"] = checkpoint.Batch,
            ["settings"] = settings,
            ["default_generator"] = Write(Generator.Default),
            ["generators"] = new JsonArray([.. checkpoint.Generators.Select(Write)]),
            ["parts"] = parts,
            ["history"] = HistoryJson.Write(checkpoint.History),
        };
        SafeTensors.SaveSummed(path, tensors, new Dictionary<string, string>(checkpoint.Notes) { [Key] = about.ToJsonString() });

        static JsonNode Write(Generator generator) => new JsonArray(JsonValue.Create(generator.Seed), JsonValue.Create(generator.Position));
    }

    /// <summary>The state of a part, on the host; null if the file has none and that is fine.</summary>
    internal IReadOnlyDictionary<string, Tensor>? Of(CheckpointPart part)
    {
        if (!_about["parts"]!.AsArray().Any(name => (string?)name == part.Name))
        {
            return part.MayBeMissing ? null : throw new ArgumentException(
                $"{Path} has no '{part.Name}', only {string.Join(", ", _about["parts"]!.AsArray())}: it was saved without one.");
        }

        string prefix = part.Name + ".";
        return _file.Entries.Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Name[prefix.Length..], entry => _file.Load(entry.Name, Device.Cpu));
    }

    internal void RequireSettings(IReadOnlyDictionary<string, string> settings)
    {
        JsonObject saved = _about["settings"]!.AsObject();
        string[] different = [.. settings.Where(pair => (string?)saved[pair.Key] != pair.Value)
            .Select(pair => $"{pair.Key} is {(string?)saved[pair.Key] ?? "not given"} there and {pair.Value} here")];
        if (different.Length > 0)
        {
            throw new ArgumentException(
                $"{Path}: a training goes on with what it began with, but {string.Join("; ", different)}. Give the same again, or begin a new training.");
        }
    }

    internal void RequireGenerators(IReadOnlyList<Generator> generators)
    {
        JsonArray saved = _about["generators"]!.AsArray();
        string there = string.Join(", ", saved.Select(static one => (string?)one![0]!.ToString()));
        string here = string.Join(", ", generators.Select(static one => $"{one.Seed}"));
        if (there != here)
        {
            throw new ArgumentException(
                $"{Path}: the network's layers draw random numbers from generators of the seeds [{there}] there and [{here}] here. Make the network as it was made.");
        }
    }

    internal void RestoreGenerators(IReadOnlyList<Generator> generators)
    {
        JsonArray saved = _about["generators"]!.AsArray();
        for (int i = 0; i < generators.Count; i++)
        {
            generators[i].Position = (ulong)saved[i]![1]!;
        }

        (ulong seed, ulong position) = ((ulong)_about["default_generator"]![0]!, (ulong)_about["default_generator"]![1]!);
        if (Generator.Default.Seed != seed)
        {
            Generator.Default = new Generator(seed);
        }

        Generator.Default.Position = position;
    }

    private static CheckpointFile OpenAlone(string path)
    {
        SafeTensorsFile file = SafeTensors.Open(path);
        try
        {
            return new CheckpointFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static InvalidDataException Foreign(string path, string found) =>
        new($"{path}: expected a checkpoint of a training, found {found}.");
}

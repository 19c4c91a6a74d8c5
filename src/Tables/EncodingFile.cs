using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSharp.Persistence;

namespace DeepSharp.Tables;

/// <summary>What is in the file of an encoding.</summary>
internal sealed record EncodingFile(int Version, FittedColumn[] Features, FittedColumn[] Targets)
{
    private const int Current = 1;

    internal static void Save(string path, FittedColumn[] features, FittedColumn[] targets) => AtomicFile.Write(
        path, stream => JsonSerializer.Serialize(stream, new EncodingFile(Current, features, targets), EncodingJson.Default.EncodingFile));

    internal static EncodingFile Load(string path)
    {
        using Stream file = TableFile.Open(path, "a table's encoding");
        EncodingFile? read;
        try
        {
            read = JsonSerializer.Deserialize(file, EncodingJson.Default.EncodingFile);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: expected a table's encoding as TableEncoding.Save writes it, and found: {error.Message}", error);
        }

        string? misfit = read is null ? "null"
            : read.Version != Current ? $"version {read.Version}, where this program knows {Current}"
            : read.Features.Concat(read.Targets).Any(static column => column is null) ? "a column that is null"
            : read.Features.Concat(read.Targets).FirstOrDefault(static column => column.Misfit() is not null) is { } column
                ? $"a column '{column.Column}' that {column.Misfit()}"
            : read.Features.Any(static column => column.Role is ColumnRole.ClassTarget or ColumnRole.NumberTarget)
                || read.Targets.Any(static column => column.Role is ColumnRole.NumberFeature or ColumnRole.CategoryFeature) ? "features among targets"
            : read.Features.Length == 0 ? "no features"
            : null;
        return misfit is null ? read! : throw new InvalidDataException($"{path}: expected a table's encoding as TableEncoding.Save writes it, and found {misfit}.");
    }
}

/// <summary>How it is written, made by the compiler: nothing is looked up at run time.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(EncodingFile))]
internal sealed partial class EncodingJson : JsonSerializerContext;

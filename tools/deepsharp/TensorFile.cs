using DeepSharp.Exchange;
using DeepSharp.Persistence;

namespace DeepSharp.Tool;

/// <summary>One of a file's tensors: its name, its element type as the file writes it, and its lengths.</summary>
internal sealed record FileEntry(string Name, string Format, IReadOnlyList<long> Dims, long Bytes)
{
    internal long Count => Dims.Aggregate(1L, static (product, length) => product * length);

    internal string Shape => $"[{string.Join(", ", Dims)}]";
}

/// <summary>A file with tensors by name, of any kind that DeepSharp reads. Tensors are read one by one where the kind allows it.</summary>
internal sealed class TensorFile : IDisposable
{
    private readonly Func<string, Tensor> _load;
    private readonly Action _close;

    private TensorFile(
        string kind, IReadOnlyList<FileEntry> entries, IReadOnlyDictionary<string, string> metadata, Func<string, Tensor> load, Action close)
    {
        Kind = kind;
        Entries = entries;
        Metadata = metadata;
        _load = load;
        _close = close;
    }

    /// <summary>What kind of file it is.</summary>
    internal string Kind { get; }

    internal IReadOnlyList<FileEntry> Entries { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What the file holds besides and no tensor can: names and reasons.</summary>
    internal IReadOnlyDictionary<string, string> Skipped { get; private init; } = new Dictionary<string, string>();

    internal long Bytes => Entries.Sum(static entry => entry.Bytes);

    public void Dispose() => _close();

    /// <summary>Opens a file by its ending.</summary>
    internal static TensorFile Open(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".safetensors" or ".json" => OfSafeTensors(path),
        ".npz" => Of("npz", Npz.Load(path, Device.Cpu)),
        ".npy" => OfArray(path),
        ".pt" or ".pth" or ".ckpt" or ".bin" => Of("PyTorch", TorchFile.Load(path, device: Device.Cpu)),
        ".onnx" => Of("ONNX", OnnxWeights.Load(path, Device.Cpu)),
        var other => throw new ArgumentException(
            $"{path}: files that end in '{other}' are not known; .safetensors, .safetensors.index.json, .npz, .npy, .pt, .pth, .ckpt, .bin and .onnx are."),
    };

    /// <summary>Reads a tensor to the CPU; the caller frees it.</summary>
    internal Tensor Load(string name) => _load(name);

    private static TensorFile OfSafeTensors(string path)
    {
        SafeTensorsFile file = SafeTensors.Open(path);
        Dictionary<string, string> formats = file.Entries.ToDictionary(static entry => entry.Name, static entry => entry.Format);
        return new TensorFile(
            file.Metadata.ContainsKey(Checkpoint.Key) ? "checkpoint" : "safetensors",
            [.. file.Entries.Select(static entry => new FileEntry(entry.Name, entry.Format, entry.Dims, entry.ByteCount))],
            file.Metadata, name => file.Load(name, Device.Cpu, Wider(formats[name])), file.Dispose);
    }

    private static TensorFile OfArray(string path)
    {
        Tensor array = Npy.Load(path, Device.Cpu);
        string name = Path.GetFileNameWithoutExtension(path);
        return new TensorFile("npy", [EntryOf(name, array)], new Dictionary<string, string>(), _ => array.Clone(), array.Dispose);
    }

    private static TensorFile Of(string kind, IReadOnlyDictionary<string, Tensor> tensors) => new(
        kind, [.. tensors.Select(static pair => EntryOf(pair.Key, pair.Value))], new Dictionary<string, string>(), name => tensors[name].Clone(),
        () =>
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }
        })
    {
        Skipped = (tensors as TensorDictionary)?.Skipped ?? new Dictionary<string, string>(),
    };

    private static FileEntry EntryOf(string name, Tensor tensor) => new(
        name, tensor.DType.ToString(), [.. tensor.Shape.Select(static length => (long)length)], (long)tensor.Count * SizeOf(tensor.DType));

    // The type that holds the numbers of one that no tensor has; null for the others, which are read as they are or refused by name.
    private static DType? Wider(string format) => format switch
    {
        _ when format.StartsWith("F8_", StringComparison.Ordinal) => DType.Float32,
        "I8" or "I16" or "U16" => DType.Int32,
        "U32" or "U64" => DType.Int64,
        _ => null,
    };

    private static int SizeOf(DType type) => type switch
    {
        DType.Float64 or DType.Int64 => 8,
        DType.Float32 or DType.Int32 => 4,
        DType.Float16 or DType.BFloat16 => 2,
        _ => 1,
    };
}

namespace DeepSharp.Persistence;

/// <summary>
/// A safetensors file that is open: names, element types and shapes are known, elements are read when they are asked for.
/// </summary>
/// <remarks>Use it to load a few tensors of a large file. It is not safe for several threads at once.</remarks>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly FileStream _file;
    private readonly ByteSource _source;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafeTensorsEntry> _entries;

    internal SafeTensorsFile(string path)
    {
        Path = path;
        _file = ByteSource.Open(path);
        try
        {
            _source = new ByteSource(_file, path);
            SafeTensorsHeader header = SafeTensorsHeader.Read(_source, _file.Length);
            _dataStart = header.DataStart;
            _entries = header.Entries.ToDictionary(static entry => entry.Name);
            Entries = header.Entries;
            Metadata = header.Metadata;
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Where the file is, as it was given.</summary>
    public string Path { get; }

    /// <summary>The tensors, in the order in which they stand in the file.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries { get; }

    /// <summary>The strings saved with the tensors; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Where it is made; <see cref="Device.Default"/> if null.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InvalidDataException">Its element type or shape is none that a tensor can have, or the file has become
    /// shorter.</exception>
    public Tensor Load(string name, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_entries.TryGetValue(name, out SafeTensorsEntry? entry))
        {
            throw new KeyNotFoundException($"{Path} has no tensor '{name}'; it has: {Names()}.");
        }

        ElementFormat format = SafeTensorsFormat.Of(entry.Format)
            ?? throw _source.Bad($"{SafeTensorsFormat.Readable} as dtype of '{name}'", entry.Format);
        Shape shape = TensorBytes.ShapeOf(entry.Dims) ?? throw _source.Bad(
            $"at most {Shape.MaxRank} axes and {int.MaxValue} elements for '{name}'", $"[{string.Join(", ", entry.Dims.Take(20))}]");
        _file.Position = _dataStart + entry.Offset;
        return TensorBytes.Read(_source, format, shape, device, $"the tensor '{name}'");
    }

    /// <summary>Closes the file. Tensors that have been loaded stay.</summary>
    public void Dispose() => _file.Dispose();

    private string Names()
    {
        const int Shown = 20;
        string names = string.Join(", ", Entries.Take(Shown).Select(static entry => entry.Name));
        return Entries.Count > Shown ? names + ", …" : names.Length > 0 ? names : "none";
    }
}

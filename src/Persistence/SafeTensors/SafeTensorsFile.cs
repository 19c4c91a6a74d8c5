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
        _file = InputFile.Open(path, "a safetensors file", seeks: true);
        try
        {
            _source = new ByteSource(_file, path);
            SafeTensorsHeader header = SafeTensorsHeader.Read(_source, _file.Length);
            _dataStart = header.DataStart;
            _entries = header.ByName;
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
        return !_entries.TryGetValue(name, out SafeTensorsEntry? entry)
            ? throw new KeyNotFoundException(TensorDictionary.NoSuch(Path, name, Entries.Select(static entry => entry.Name)))
            : MisfitOf(entry) is { } misfit ? throw _source.Bad($"{misfit.Expected} for '{name}'", misfit.Found)
            : Load(entry, device);
    }

    /// <summary>Throws unless the file has a checksum, which its content has.</summary>
    /// <exception cref="InvalidDataException">It has none, or another one: something has changed the file.</exception>
    internal void RequireSum()
    {
        _file.Position = _dataStart;
        string found = Checksum.Of(_file, Metadata);
        if (Metadata.GetValueOrDefault(Checksum.Key) is var wanted && wanted != found)
        {
            throw _source.Bad($"content with the checksum {wanted ?? "that is missing"}", $"one with {found}: the file is damaged");
        }
    }

    /// <summary>Where a tensor's elements stand, whether or not it is small enough for one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Made of the file, its path, where the elements begin, the lengths of the axes and the element type.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InvalidDataException">Its element type is none that a tensor can have.</exception>
    internal T Locate<T>(string name, Func<ByteSource, string, long, IReadOnlyList<long>, ElementFormat, T> make)
    {
        ArgumentNullException.ThrowIfNull(name);
        return !_entries.TryGetValue(name, out SafeTensorsEntry? entry)
            ? throw new KeyNotFoundException(TensorDictionary.NoSuch(Path, name, Entries.Select(static entry => entry.Name)))
            : SafeTensorsFormat.Of(entry.Format) is { } format ? make(_source, Path, _dataStart + entry.Offset, entry.Dims, format)
            : throw _source.Bad($"{SafeTensorsFormat.Readable} for '{name}'", entry.Format);
    }

    /// <summary>Closes the file. Tensors that have been loaded stay.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Why a tensor of the file cannot be one here, or null if it can.</summary>
    internal static Misfit? MisfitOf(SafeTensorsEntry entry) =>
        SafeTensorsFormat.Of(entry.Format) is null ? new Misfit(SafeTensorsFormat.Readable, entry.Format)
        : ElementBytes.ShapeOf(entry.Lengths) is null ? Misfit.OfShape(entry.Dims)
        : null;

    /// <summary>Reads a tensor that can be one.</summary>
    internal Tensor Load(SafeTensorsEntry entry, Device? device)
    {
        _file.Position = _dataStart + entry.Offset;
        return TensorBytes.Read(
            _source, SafeTensorsFormat.Of(entry.Format)!.Value, ElementBytes.ShapeOf(entry.Lengths)!.Value, device, $"the tensor '{entry.Name}'");
    }
}

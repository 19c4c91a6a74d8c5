namespace DeepSharp.Persistence;

/// <summary>
/// A safetensors file that is open: names, element types and shapes are known, elements are read when they are asked for.
/// </summary>
/// <remarks>Use it to load a few tensors of a large file: of the others nothing is read. An index opens several files as one. It is not safe for
/// several threads at once.</remarks>
public sealed class SafeTensorsFile : IDisposable
{
    private readonly List<SafeTensorsPart> _parts = [];
    private readonly Dictionary<string, (SafeTensorsPart Part, SafeTensorsEntry Entry)> _entries = [];
    private readonly List<SafeTensorsEntry> _ordered = [];
    private readonly Dictionary<string, string> _metadata = [];

    internal SafeTensorsFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        try
        {
            if (SafeTensorsIndex.IsIndex(path))
            {
                SafeTensorsIndex index = SafeTensorsIndex.Read(path);
                foreach ((string name, string file) in index.Parts)
                {
                    Add(index.Open(name, file));
                }

                index.Check(_parts);
            }
            else
            {
                Add(new SafeTensorsPart(path));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the file is, as it was given.</summary>
    public string Path { get; }

    /// <summary>The tensors, in the order in which they stand in the file; of several files, one behind the other.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries => _ordered;

    /// <summary>The strings saved with the tensors; empty if there are none. Of several files, those of all; where they differ, the first
    /// file's.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Where it is made; <see cref="Device.Default"/> if null.</param>
    /// <param name="dtype">The element type that it is to have; null for the file's own. Elements that tensors have are converted as
    /// <see cref="Tensor.To(DType)"/> does; of others (8-bit floats, integers of other sizes) every value must stay what it is.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InvalidDataException">Its element type is none that a tensor can have and none was asked for, or a value does not fit the
    /// one that was; its shape is none that a tensor can have; or the file has become shorter.</exception>
    public Tensor Load(string name, Device? device = null, DType? dtype = null)
    {
        (SafeTensorsPart part, SafeTensorsEntry entry) = Find(name);
        return entry.MisfitOf(convert: dtype is not null) is { } misfit
            ? throw part.Source.Bad($"{misfit.Expected} for '{name}'", misfit.Found + Remedy(entry, dtype))
            : part.Load(entry, device, dtype);
    }

    /// <summary>Throws unless the file has a checksum, which its content has.</summary>
    /// <exception cref="InvalidDataException">It has none, or another one: something has changed the file.</exception>
    internal void RequireSum()
    {
        SafeTensorsPart part = _parts[0];
        string found = part.Sum();
        if (part.Header.Metadata.GetValueOrDefault(Checksum.Key) is var wanted && wanted != found)
        {
            throw part.Source.Bad($"content with the checksum {wanted ?? "that is missing"}", $"one with {found}: the file is damaged");
        }
    }

    /// <summary>Where a tensor's elements stand, whether or not it is small enough for one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="make">Made of the file, its path, where the elements begin, the lengths of the axes and the element type.</param>
    /// <exception cref="KeyNotFoundException">The file has no such tensor.</exception>
    /// <exception cref="InvalidDataException">Its element type is none that a tensor can have.</exception>
    internal T Locate<T>(string name, Func<ByteSource, string, long, IReadOnlyList<long>, ElementFormat, T> make)
    {
        (SafeTensorsPart part, SafeTensorsEntry entry) = Find(name);
        return SafeTensorsFormat.Of(entry.Format) is { } format
            ? make(part.Source, part.Path, part.Header.DataStart + entry.Offset, entry.Dims, format)
            : throw part.Source.Bad($"{SafeTensorsFormat.Readable} for '{name}'", entry.Format);
    }

    /// <summary>Closes the file. Tensors that have been loaded stay.</summary>
    public void Dispose()
    {
        foreach (SafeTensorsPart part in _parts)
        {
            part.Dispose();
        }
    }

    /// <summary>Reads a tensor that can be one.</summary>
    internal Tensor Load(SafeTensorsEntry entry, Device? device, DType? dtype) => _entries[entry.Name].Part.Load(entry, device, dtype);

    private static string Remedy(SafeTensorsEntry entry, DType? dtype) =>
        dtype is null && ForeignFormat.Of(entry.Format) is { } foreign ? $"; here, dtype: DType.{foreign.Becomes}" : "";

    private (SafeTensorsPart Part, SafeTensorsEntry Entry) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _entries.TryGetValue(name, out (SafeTensorsPart Part, SafeTensorsEntry Entry) found)
            ? found
            : throw new KeyNotFoundException(TensorDictionary.NoSuch(Path, name, Entries.Select(static entry => entry.Name)));
    }

    private void Add(SafeTensorsPart part)
    {
        _parts.Add(part);
        foreach (SafeTensorsEntry entry in part.Header.Entries)
        {
            // A name that comes twice is found by the index's check.
            _ordered.Add(entry);
            _entries.TryAdd(entry.Name, (part, entry));
        }

        foreach ((string key, string value) in part.Header.Metadata)
        {
            _metadata.TryAdd(key, value);
        }
    }
}

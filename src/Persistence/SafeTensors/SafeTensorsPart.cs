namespace DeepSharp.Persistence;

/// <summary>One safetensors file that is open: all of a model, or a part of it.</summary>
internal sealed class SafeTensorsPart : IDisposable
{
    private readonly FileStream _file;

    internal SafeTensorsPart(string path)
    {
        Path = path;
        _file = InputFile.Open(path, "a safetensors file", seeks: true);
        try
        {
            Source = new ByteSource(_file, path);
            Header = SafeTensorsHeader.Read(Source, _file.Length);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    internal string Path { get; }

    internal ByteSource Source { get; }

    internal SafeTensorsHeader Header { get; }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads a tensor whose shape a tensor can have.</summary>
    /// <param name="entry">The tensor, of elements that a tensor has or can be given.</param>
    /// <param name="device">Where it is made.</param>
    /// <param name="dtype">The element type it is to have; null for its own, or the smallest that holds all it might have.</param>
    internal Tensor Load(SafeTensorsEntry entry, Device? device, DType? dtype)
    {
        _file.Position = Header.DataStart + entry.Offset;
        Shape shape = ElementBytes.ShapeOf(entry.Lengths)!.Value;
        string what = $"the tensor '{entry.Name}'";
        if (ForeignFormat.Of(entry.Format) is { } foreign)
        {
            return foreign.Read(Source, shape, dtype ?? foreign.Becomes, device, what);
        }

        ElementFormat format = SafeTensorsFormat.Of(entry.Format)!.Value;
        Tensor tensor = TensorBytes.Read(Source, format, shape, device, what);
        if (dtype is null || dtype == format.DType)
        {
            return tensor;
        }

        using (tensor)
        {
            return tensor.To(dtype.Value);
        }
    }

    /// <summary>The checksum of the elements and strings.</summary>
    internal string Sum()
    {
        _file.Position = Header.DataStart;
        return Checksum.Of(_file, Header.Metadata);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using Element = Onnx.TensorProto.Types.DataType;

namespace DeepSharp.Exchange;

/// <summary>Tensors of ONNX files. ONNX's onnx.proto says where their values are: in raw bytes, in a list for each kind of type, or in another file.</summary>
internal static class OnnxTensor
{
    /// <summary>The element type that a type of ONNX has here, or null.</summary>
    internal static DType? TypeOf(int element) => (Element)element switch
    {
        Element.Float => DType.Float32,
        Element.Double => DType.Float64,
        Element.Uint8 => DType.UInt8,
        Element.Int32 or Element.Int8 or Element.Int16 or Element.Uint16 => DType.Int32,
        Element.Int64 or Element.Uint32 => DType.Int64,
        Element.Bool => DType.Bool,
        Element.Float16 => DType.Float16,
        Element.Bfloat16 => DType.BFloat16,
        _ => null,
    };

    /// <summary>The type of ONNX that an element type here has.</summary>
    internal static int ElementOf(DType type) => (int)(type switch
    {
        DType.Float32 => Element.Float,
        DType.Float64 => Element.Double,
        DType.UInt8 => Element.Uint8,
        DType.Int32 => Element.Int32,
        DType.Int64 => Element.Int64,
        DType.Bool => Element.Bool,
        DType.Float16 => Element.Float16,
        _ => Element.Bfloat16,
    });

    /// <summary>Throws if a tensor of a file cannot be read, before memory is taken for it.</summary>
    internal static void Check(TensorProto tensor, string file)
    {
        if (TypeOf(tensor.DataType) is null)
        {
            throw Fault(tensor, file, $"its elements are of ONNX's type {(Element)tensor.DataType}, which no tensor has here");
        }

        if (tensor.Dims.Count > Shape.MaxRank)
        {
            throw Fault(tensor, file, $"it has {tensor.Dims.Count} axes; tensors have at most {Shape.MaxRank} here");
        }

        long count = 1;
        foreach (long length in tensor.Dims)
        {
            if (length < 0 || length > int.MaxValue || (count *= Math.Max(length, 1)) > int.MaxValue)
            {
                throw Fault(tensor, file, $"its shape [{string.Join(", ", tensor.Dims)}] is none");
            }
        }

        count = tensor.Dims.Contains(0) ? 0 : count;
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            _ = External(tensor, file, count * Size(tensor.DataType));
            return;
        }

        long held = tensor.RawData.Length > 0 ? tensor.RawData.Length / Size(tensor.DataType) : Listed(tensor);
        if (held != count || tensor.RawData.Length % Size(tensor.DataType) != 0)
        {
            throw Fault(tensor, file, $"its shape [{string.Join(", ", tensor.Dims)}] has {count} elements, and the file has {held} of them");
        }
    }

    /// <summary>A tensor of a file.</summary>
    internal static Tensor Read(TensorProto tensor, string file, Device? device)
    {
        Check(tensor, file);
        Shape shape = new([.. tensor.Dims.Select(static length => (int)length)]);
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            raw = ReadExternal(tensor, file, (long)shape.Size * Size(tensor.DataType));
        }

        bool isRaw = raw.Length > 0;
        return (Element)tensor.DataType switch
        {
            Element.Float => Tensor.From(isRaw ? Values<float>(raw) : [.. tensor.FloatData], shape, device),
            Element.Double => Tensor.From(isRaw ? Values<double>(raw) : [.. tensor.DoubleData], shape, device),
            Element.Int64 => Tensor.From(isRaw ? Values<long>(raw) : [.. tensor.Int64Data], shape, device),
            Element.Uint32 => Tensor.From(
                isRaw ? Array.ConvertAll(Values<uint>(raw), static x => (long)x) : [.. tensor.Uint64Data.Select(static x => (long)(uint)x)], shape, device),
            Element.Int32 => Tensor.From(isRaw ? Values<int>(raw) : [.. tensor.Int32Data], shape, device),
            Element.Int16 => Tensor.From(isRaw ? Array.ConvertAll(Values<short>(raw), static x => (int)x) : [.. tensor.Int32Data], shape, device),
            Element.Uint16 => Tensor.From(isRaw ? Array.ConvertAll(Values<ushort>(raw), static x => (int)x) : [.. tensor.Int32Data], shape, device),
            Element.Int8 => Tensor.From(isRaw ? Array.ConvertAll(Values<sbyte>(raw), static x => (int)x) : [.. tensor.Int32Data], shape, device),
            Element.Uint8 => Tensor.From(isRaw ? raw.ToArray() : [.. tensor.Int32Data.Select(static x => (byte)x)], shape, device),
            Element.Bool => Tensor.From(
                isRaw ? Array.ConvertAll(raw.ToArray(), static x => x != 0) : [.. tensor.Int32Data.Select(static x => x != 0)], shape, device),
            Element.Float16 => Tensor.From(
                isRaw ? Values<Half>(raw) : [.. tensor.Int32Data.Select(static x => BitConverter.UInt16BitsToHalf((ushort)x))], shape, device),
            _ => Tensor.From(
                Array.ConvertAll(isRaw ? Values<ushort>(raw) : [.. tensor.Int32Data.Select(static x => (ushort)x)], static x => BitConverter.Int32BitsToSingle(x << 16)),
                shape, device).To(DType.BFloat16),
        };
    }

    /// <summary>A tensor for a file, with its values as raw bytes.</summary>
    internal static TensorProto Write(string name, Tensor tensor)
    {
        TensorProto made = new() { Name = name, DataType = ElementOf(tensor.DType) };
        made.Dims.AddRange(tensor.Shape.ToArray().Select(static length => (long)length));
        made.RawData = tensor.DType switch
        {
            DType.Float32 => Bytes(tensor.ToArray<float>()),
            DType.Float64 => Bytes(tensor.ToArray<double>()),
            DType.Int32 => Bytes(tensor.ToArray<int>()),
            DType.Int64 => Bytes(tensor.ToArray<long>()),
            DType.UInt8 => Bytes(tensor.ToArray<byte>()),
            DType.Bool => Bytes(Array.ConvertAll(tensor.ToArray<bool>(), static x => x ? (byte)1 : (byte)0)),
            DType.Float16 => Bytes(tensor.ToArray<Half>()),
            _ => Bytes(Array.ConvertAll(tensor.To(DType.Float32).ToArray<float>(), static x => (ushort)(BitConverter.SingleToInt32Bits(x) >> 16))),
        };
        return made;
    }

    private static ByteString Bytes<T>(T[] values)
        where T : unmanaged => UnsafeByteOperations.UnsafeWrap(MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    // Raw bytes are little-endian, as are all machines that .NET runs on but one.
    private static T[] Values<T>(ReadOnlySpan<byte> raw)
        where T : unmanaged => BitConverter.IsLittleEndian
            ? MemoryMarshal.Cast<byte, T>(raw).ToArray()
            : throw new PlatformNotSupportedException("ONNX files are read on little-endian machines.");

    /// <summary>How many bytes a tensor of a file has by its shape.</summary>
    internal static double Bytes(TensorProto tensor) => tensor.Dims.Aggregate((double)Size(tensor.DataType), static (bytes, length) => bytes * length);

    private static int Size(int element) => (Element)element switch
    {
        Element.Double or Element.Int64 => 8,
        Element.Float or Element.Int32 or Element.Uint32 => 4,
        Element.Float16 or Element.Bfloat16 or Element.Int16 or Element.Uint16 => 2,
        _ => 1,
    };

    private static long Listed(TensorProto tensor) => (Element)tensor.DataType switch
    {
        Element.Float => tensor.FloatData.Count,
        Element.Double => tensor.DoubleData.Count,
        Element.Int64 => tensor.Int64Data.Count,
        Element.Uint32 => tensor.Uint64Data.Count,
        _ => tensor.Int32Data.Count,
    };

    // Which file has a tensor's values, and where.
    private static (string Path, long Offset) External(TensorProto tensor, string file, long bytes)
    {
        Dictionary<string, string> said = [];
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            said[entry.Key] = entry.Value;
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string location = said.GetValueOrDefault("location") ?? throw Fault(tensor, file, "its values are in another file, whose name is missing");
        string path = Path.GetFullPath(Path.Combine(folder, location));
        if (Path.IsPathRooted(location) || !path.StartsWith(folder.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || File.ResolveLinkTarget(path, returnFinalTarget: true) is not null)
        {
            throw Fault(tensor, file, $"its values are in '{location}', which is not in the model's folder");
        }

        if (!Number("offset", 0, out long offset) || !Number("length", bytes, out long length) || length != bytes)
        {
            throw Fault(tensor, file, $"its values in '{location}' are not the {bytes} bytes that its shape needs");
        }

        return new FileInfo(path) is { Exists: true } values && offset <= values.Length - bytes
            ? (path, offset)
            : throw Fault(tensor, file, $"its values are in '{location}', which is missing or too short");

        bool Number(string key, long otherwise, out long value)
        {
            value = otherwise;
            return !said.TryGetValue(key, out string? text)
                || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 0);
        }
    }

    private static byte[] ReadExternal(TensorProto tensor, string file, long bytes)
    {
        (string path, long offset) = External(tensor, file, bytes);
        byte[] values = new byte[bytes];
        using FileStream stream = File.OpenRead(path);
        stream.Position = offset;
        stream.ReadExactly(values);
        return values;
    }

    private static InvalidDataException Fault(TensorProto tensor, string file, string what) => new($"{file}: the tensor '{tensor.Name}': {what}.");
}

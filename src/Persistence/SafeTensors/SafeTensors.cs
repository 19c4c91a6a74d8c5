using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DeepSharp.Persistence;

/// <summary>Tensors by name in a safetensors file, the format in which networks are exchanged.</summary>
/// <remarks>
/// <para>A file is the length of its header (8 bytes, least significant first), the header (JSON: name, dtype, shape and byte range
/// of each tensor, and strings under <c>__metadata__</c>), and the elements, row-major and without gaps. Nothing in it is code.
/// Source: the description of the format at github.com/huggingface/safetensors.</para>
/// <para>All element types that tensors have are written and read. Integers and 8-bit floats that no tensor has are converted if that is asked
/// for. The same tensors give the same bytes, whatever their order in the dictionary.</para>
/// <para>A model in several files comes with an index, <c>model.safetensors.index.json</c>, which says in its <c>weight_map</c> which file beside
/// it holds which tensor. Where a path is that of an index (it ends with <c>.json</c>), the files are read as one.</para>
/// </remarks>
/// <example><code>
/// SafeTensors.Save("model.safetensors", model.State());
/// model.LoadState(SafeTensors.Load("model.safetensors"));
/// </code></example>
public static class SafeTensors
{
    private const int Alignment = 8;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes tensors, views included, to a file, whole or not at all.</summary>
    /// <param name="path">The file; an old one is replaced when the new one is complete.</param>
    /// <param name="tensors">The tensors by name, such as a module's <c>State()</c>.</param>
    /// <param name="metadata">Strings to go with them.</param>
    /// <exception cref="ArgumentException">A name is <c>__metadata__</c> or is no Unicode text, or the header would be longer than
    /// the 100,000,000 bytes that readers accept.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the file may not be written.</exception>
    public static void Save(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Save(path, tensors, metadata ?? new Dictionary<string, string>(), isSummed: false);

    /// <summary>Writes a file that is read whole or not at all as well: a checksum of the elements and strings is one of its strings.</summary>
    internal static void SaveSummed(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        Save(path, tensors, metadata, isSummed: true);

    private static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata, bool isSummed)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        (string Name, Tensor Value)[] ordered = [.. tensors
            .Select(static pair => (Name: pair.Key, Value: Checked(pair.Key, pair.Value)))
            .OrderBy(static item => SafeTensorsFormat.RankOf(item.Value.DType))
            .ThenBy(static item => item.Name, StringComparer.Ordinal)];
        if (isSummed)
        {
            metadata = new Dictionary<string, string>(metadata) { [Checksum.Key] = Checksum.Of(ordered.Select(static item => item.Value), metadata) };
        }

        ReadOnlyMemory<byte> header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header.Span);
            foreach ((string _, Tensor value) in ordered)
            {
                TensorBytes.Write(value, stream.Write);
            }
        });
    }

    /// <summary>Reads all tensors of a file.</summary>
    /// <param name="path">The file, or the index of several.</param>
    /// <param name="device">Where the tensors are made; <see cref="Device.Default"/> if null.</param>
    /// <param name="convert">Whether elements that no tensor has become those of the smallest type that holds them all: 8-bit floats Float32, I8,
    /// I16 and U16 Int32, U32 and U64 Int64. No value changes. <see cref="SafeTensorsFile.Load(string, Device?, DType?)"/> takes the type to convert to.</param>
    /// <returns>The tensors by name. What no tensor can hold is left out, and said to be so (<see cref="TensorDictionary.Skipped"/>): floats of 4
    /// and 6 bits, complex numbers, shapes of more axes or elements than a tensor may have and, unless they are converted, 8-bit floats and
    /// integers of other sizes; then, U64 of which one is 2^63 or more.</returns>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder, or a file that an index names is not there.</exception>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format; the message names the file, what was expected and what was
    /// found.</exception>
    public static TensorDictionary Load(string path, Device? device = null, bool convert = false)
    {
        using SafeTensorsFile file = Open(path);
        TensorDictionary tensors = new(path);
        try
        {
            foreach (SafeTensorsEntry entry in file.Entries)
            {
                if (entry.MisfitOf(convert) is { } misfit)
                {
                    tensors.Skip(entry.Name, misfit.ToString());
                }
                else
                {
                    try
                    {
                        tensors.Add(entry.Name, file.Load(entry, device, dtype: null));
                    }
                    catch (InvalidDataException error) when (ForeignFormat.Unfit(error) is not null)
                    {
                        tensors.Skip(entry.Name, ForeignFormat.Unfit(error)!);
                    }
                }
            }
        }
        catch
        {
            tensors.Discard();
            throw;
        }

        return tensors;
    }

    /// <summary>Opens a file and reads its header only; of an index, those of the files that it names.</summary>
    /// <param name="path">The file, or the index of several.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder, or a file that an index names is not there.</exception>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format, or an index names a file outside its folder, or does not say
    /// of each tensor which file holds it.</exception>
    public static SafeTensorsFile Open(string path) => new(path);

    private static Tensor Checked(string name, Tensor? value) =>
        value ?? throw new ArgumentException($"SafeTensors: the tensor '{name}' is null.", nameof(value));

    private static ReadOnlyMemory<byte> Header((string Name, Tensor Value)[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArrayBufferWriter<byte> bytes = new();
        bytes.Write(stackalloc byte[sizeof(ulong)]);
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long end = 0;
            foreach ((string name, Tensor value) in tensors)
            {
                RequireText(name, "the name");
                if (name == SafeTensorsFormat.MetadataKey)
                {
                    throw new ArgumentException(
                        $"SafeTensors: no tensor can be named {name}; the format uses that name for strings.", nameof(tensors));
                }

                json.WriteStartObject(name);
                json.WriteString("dtype", SafeTensorsFormat.NameOf(value.DType));
                json.WriteStartArray("shape");
                foreach (int dim in value.Shape)
                {
                    json.WriteNumberValue(dim);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(end);
                json.WriteNumberValue(end += (long)value.Count * value.DType.Size);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces make the elements begin at a multiple of eight.
        while (bytes.WrittenCount % Alignment != 0)
        {
            bytes.Write(" "u8);
        }

        int length = bytes.WrittenCount - sizeof(ulong);
        if (length > SafeTensorsFormat.MaxHeader)
        {
            throw new ArgumentException(
                $"SafeTensors: the names and metadata take {length:N0} bytes; readers accept {SafeTensorsFormat.MaxHeader:N0}.", nameof(tensors));
        }

        byte[] header = bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)length);
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(SafeTensorsFormat.MetadataKey);
        foreach ((string key, string value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            RequireText(key, "the metadata key");
            RequireText(value, $"the metadata '{key}'");
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    // A lone surrogate has no UTF-8: it would be written as another character.
    private static void RequireText(string text, string what)
    {
        try
        {
            s_strict.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException($"SafeTensors: {what} '{text}' is no Unicode text: it has half of a surrogate pair.", error);
        }
    }
}

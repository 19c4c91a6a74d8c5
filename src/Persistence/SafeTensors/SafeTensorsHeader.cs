using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DeepSharp.Persistence;

/// <summary>The header of a safetensors file, read with every rule of the format checked.</summary>
internal sealed class SafeTensorsHeader
{
    private readonly ByteSource _source;

    private SafeTensorsHeader(ByteSource source) => _source = source;

    /// <summary>The tensors in the order of their bytes.</summary>
    internal List<SafeTensorsEntry> Entries { get; } = [];

    internal Dictionary<string, SafeTensorsEntry> ByName { get; } = [];

    internal Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Where the elements of the first tensor begin in the file.</summary>
    internal long DataStart { get; private set; }

    internal static SafeTensorsHeader Read(ByteSource source, long fileLength)
    {
        SafeTensorsHeader header = new(source);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(source.Read(sizeof(ulong), "the header's length"));
        if (length is < 2 or > SafeTensorsFormat.MaxHeader)
        {
            throw source.Bad($"a header of 2 to {SafeTensorsFormat.MaxHeader:N0} bytes", $"the length {length:N0}");
        }

        byte[] json = source.Read((int)length, "the header");
        header.DataStart = sizeof(ulong) + (long)length;
        header.Parse(json);
        header.CheckRanges(fileLength - header.DataStart);
        return header;
    }

    private void Parse(byte[] json)
    {
        if (json[0] != (byte)'{')
        {
            throw _source.Bad("a header that begins with '{'", $"the byte {json[0]:X2}");
        }

        if (!Utf8.IsValid(json))
        {
            throw _source.Bad("a header in UTF-8", "bytes that are none");
        }

        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 4 });
            reader.Read();
            bool hasMetadata = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                bool isMetadata = name == SafeTensorsFormat.MetadataKey;
                if (isMetadata ? hasMetadata : ByName.ContainsKey(name))
                {
                    throw _source.Bad("every name once in the header", $"'{Short(name)}' again");
                }

                reader.Read();
                if (isMetadata)
                {
                    ParseMetadata(ref reader);
                    hasMetadata = true;
                }
                else
                {
                    SafeTensorsEntry entry = ParseEntry(ref reader, name);
                    Entries.Add(entry);
                    ByName.Add(name, entry);
                }
            }

            // The reader throws if anything but white space follows the last brace.
            reader.Read();
        }
        catch (JsonException error)
        {
            throw _source.Bad("a header of JSON", $"an error in it: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // An escape sequence that is half of a surrogate pair.
            throw _source.Bad("a header of Unicode strings", $"an error in one: {error.Message}", error);
        }
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Unexpected("an object of strings as __metadata__", reader);
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Unexpected($"a string as __metadata__ '{Short(key)}'", reader);
            }
            if (!Metadata.TryAdd(key, reader.GetString()!))
            {
                throw _source.Bad("every key once in __metadata__", $"'{Short(key)}' again");
            }
        }
    }

    private SafeTensorsEntry ParseEntry(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Unexpected($"an object for the tensor '{Short(name)}'", reader);
        }
        string? format = null;
        long[]? dims = null;
        long[]? range = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (format is null && reader.ValueTextEquals("dtype"u8))
            {
                reader.Read();
                format = reader.TokenType == JsonTokenType.String
                    ? reader.GetString()!
                    : throw Unexpected($"a string as dtype of '{Short(name)}'", reader);
            }
            else if (dims is null && reader.ValueTextEquals("shape"u8))
            {
                reader.Read();
                dims = ParseNumbers(ref reader, "shape", name);
            }
            else if (range is null && reader.ValueTextEquals("data_offsets"u8))
            {
                reader.Read();
                range = ParseNumbers(ref reader, "data_offsets", name);
            }
            else
            {
                throw _source.Bad($"dtype, shape and data_offsets, once each, for '{Short(name)}'", $"the key '{Short(reader.GetString()!)}'");
            }
        }

        if (format is null || dims is null || range is null)
        {
            string missing = format is null ? "dtype" : dims is null ? "shape" : "data_offsets";
            throw _source.Bad($"dtype, shape and data_offsets for '{Short(name)}'", $"no {missing}");
        }

        return Checked(name, format, dims, range);
    }

    private SafeTensorsEntry Checked(string name, string format, long[] dims, long[] range)
    {
        if (SafeTensorsFormat.BitsOf(format) is not { } size)
        {
            throw _source.Bad($"a dtype of the format for '{Short(name)}'", $"'{Short(format)}'");
        }

        if (range.Length != 2 || range[1] < range[0])
        {
            throw _source.Bad($"[begin, end] as data_offsets of '{Short(name)}'", Text(range));
        }

        // One empty axis makes the tensor empty however long the others are; else the product must not overflow.
        UInt128 elements = 1;
        foreach (long dim in dims.Contains(0) ? [0] : dims)
        {
            elements *= (UInt128)dim;
            if (elements > long.MaxValue || elements * (UInt128)size / 8 > long.MaxValue)
            {
                throw _source.Bad($"a shape of less than 2^63 bytes for '{Short(name)}'", Text(dims));
            }
        }

        long length = range[1] - range[0];
        UInt128 bits = elements * (UInt128)size;
        return bits == (UInt128)length * 8
            ? new SafeTensorsEntry(name, format, dims, length) { Offset = range[0] }
            : throw _source.Bad(
                $"{bits / 8}{(bits % 8 == 0 ? "" : $" and {bits % 8}/8")} bytes for '{Short(name)}', {format} {Text(dims)}",
                $"the {length} bytes {Text(range)}");
    }

    // Sorted by their begin, each range must begin where the one before ends: then there are neither holes nor overlaps.
    private void CheckRanges(long available)
    {
        Entries.Sort(static (a, b) =>
        {
            int order = a.Offset.CompareTo(b.Offset);
            order = order != 0 ? order : a.ByteCount.CompareTo(b.ByteCount);
            return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
        });
        long end = 0;
        foreach (SafeTensorsEntry entry in Entries)
        {
            if (entry.Offset != end)
            {
                throw _source.Bad(
                    $"'{Short(entry.Name)}' to begin at byte {end}, where the tensor before it ends", $"its begin at byte {entry.Offset}");
            }

            end += entry.ByteCount;
            if (end > available)
            {
                throw _source.Bad(
                    $"'{Short(entry.Name)}' to end inside the file, which has {available} bytes after the header", $"its end at byte {end}");
            }
        }

        if (end != available)
        {
            throw _source.Bad($"{end} bytes of tensors after the header", $"{available}");
        }
    }

    private long[] ParseNumbers(ref Utf8JsonReader reader, string what, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected($"an array as the {what} of '{Short(name)}'", reader);
        }

        // Counted first, so that the array is made once: a reader is a position, and copying it costs nothing.
        Utf8JsonReader ahead = reader;
        int count = 0;
        while (ahead.Read() && ahead.TokenType != JsonTokenType.EndArray)
        {
            if (ahead.TokenType != JsonTokenType.Number || !ahead.TryGetInt64(out long value) || value < 0)
            {
                throw Unexpected($"whole numbers of 0 to 2^63 - 1 in the {what} of '{Short(name)}'", ahead);
            }

            count++;
        }

        long[] numbers = new long[count];
        foreach (ref long number in numbers.AsSpan())
        {
            reader.Read();
            number = reader.GetInt64();
        }

        reader.Read();
        return numbers;
    }

    private InvalidDataException Unexpected(string expected, in Utf8JsonReader reader) =>
        _source.Bad(expected, $"{reader.TokenType} {Short(Encoding.UTF8.GetString(reader.ValueSpan))}".TrimEnd());

    private static string Text(long[] numbers) => Short($"[{string.Join(", ", numbers.Take(20).Select(static number => $"{number}"))}]");

    // A message stays readable whatever a file calls its tensors.
    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "…";
}

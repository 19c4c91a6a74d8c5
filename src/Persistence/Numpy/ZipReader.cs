using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DeepSharp.Persistence;

/// <summary>The members of a ZIP archive, with the rules checked that keep a small file from becoming much data.</summary>
/// <remarks>
/// .NET's own reader believes the directory at the end of the archive: it does not see that several of its entries lead to the same data.
/// Here each member has bytes of its own, under the name that the directory gives it, and no more content than deflate can make of them.
/// Source: PKWARE's APPNOTE.TXT, sections 4.3 to 4.5, and RFC 1951.
/// </remarks>
internal sealed class ZipReader
{
    /// <summary>The most bytes that deflate makes of one: 258 from two bits.</summary>
    private const long MostExpansion = 1032;

    private const int Stored = 0;
    private const int Deflated = 8;
    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int EntryLength = 46;
    private const int HeaderLength = 30;
    private const int MaxComment = ushort.MaxValue;
    private const ushort Zip64Field = 1;

    private readonly FileStream _file;
    private readonly ByteSource _source;

    internal ZipReader(FileStream file, string path)
    {
        _file = file;
        _source = new ByteSource(file, path);
        (long start, long length, long count) = FindDirectory();
        if (length > int.MaxValue)
        {
            throw _source.Bad("a directory of less than 2 GB", $"{length:N0} bytes");
        }

        List<ZipMember> members = ReadDirectory(At(start, (int)length, "the directory"), count);
        Members = [.. members.Select(member => Locate(member, start))];
        CheckOverlaps();
    }

    /// <summary>The members in the order of the directory.</summary>
    internal IReadOnlyList<ZipMember> Members { get; }

    /// <summary>Why a member's content cannot be read, or null if it can.</summary>
    internal static Misfit? MisfitOf(ZipMember member) =>
        member.IsEncrypted ? new Misfit("plain data", "encrypted data")
        : member.Method is Stored or Deflated ? null
        : new Misfit("stored or deflated data", $"compression by method {member.Method}{NameOf(member.Method)}");

    /// <summary>The content of a member.</summary>
    internal Stream Open(ZipMember member)
    {
        PartStream data = new(_file, member.DataStart, member.PackedSize);
        return member.Method == Stored ? data : new DeflateStream(data, CompressionMode.Decompress);
    }

    private static string NameOf(int method) => method switch
    {
        9 => " (Deflate64)",
        12 => " (bzip2)",
        14 => " (LZMA)",
        93 => " (Zstandard)",
        95 => " (XZ)",
        _ => "",
    };

    private (long Start, long Length, long Count) FindDirectory()
    {
        int length = (int)Math.Min(_file.Length, EndLength + MaxComment);
        long from = _file.Length - length;
        byte[] tail = At(from, length, "the end of the archive");
        for (int at = length - EndLength; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (end.StartsWith("PK\x05\x06"u8) && U16(end, 20) == end.Length - EndLength)
            {
                long count = U16(end, 10);
                long size = U32(end, 12);
                long start = U32(end, 16);
                if (count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue)
                {
                    (start, size, count) = FindDirectory64(from + at) ?? (start, size, count);
                }

                return start >= 0 && size >= 0 && size <= from + at && start <= from + at - size
                    ? (start, size, count)
                    : throw _source.Bad("a directory inside the archive", $"one of {size:N0} bytes at byte {start:N0} of {_file.Length:N0}");
            }
        }

        throw _source.Bad("a ZIP archive", "none: there is no end of a directory");
    }

    private (long Start, long Length, long Count)? FindDirectory64(long endStart)
    {
        if (endStart < LocatorLength)
        {
            return null;
        }

        ReadOnlySpan<byte> locator = At(endStart - LocatorLength, LocatorLength, "the locator");
        if (!locator.StartsWith("PK\x06\x07"u8))
        {
            return null;
        }

        long at = I64(locator, 8);
        if (at < 0 || at > endStart - LocatorLength - End64Length)
        {
            throw _source.Bad("the end of the directory inside the archive", $"byte {at:N0}");
        }

        ReadOnlySpan<byte> end = At(at, End64Length, "the end of the directory");
        return end.StartsWith("PK\x06\x06"u8)
            ? (I64(end, 48), I64(end, 40), I64(end, 32))
            : throw _source.Bad("the end of the directory where its locator says", Convert.ToHexString(end[..4]));
    }

    private List<ZipMember> ReadDirectory(ReadOnlySpan<byte> directory, long count)
    {
        List<ZipMember> members = [];
        while (directory.Length > 0)
        {
            if (directory.Length < EntryLength || !directory.StartsWith("PK\x01\x02"u8))
            {
                throw _source.Bad($"entry {members.Count + 1} of the directory", "none");
            }

            int name = U16(directory, 28);
            int extra = U16(directory, 30);
            int length = EntryLength + name + extra + U16(directory, 32);
            if (length > directory.Length)
            {
                throw _source.Bad($"entry {members.Count + 1} of the directory whole", "its first part");
            }

            members.Add(Entry(directory, directory.Slice(EntryLength, name), directory.Slice(EntryLength + name, extra)));
            directory = directory[length..];
        }

        return members.Count == count ? members : throw _source.Bad($"{count} entries in the directory", $"{members.Count}");
    }

    private ZipMember Entry(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra)
    {
        string name = Encoding.UTF8.GetString(nameBytes);
        long[] sizes = [U32(entry, 24), U32(entry, 20), U32(entry, 42)];
        ReadOnlySpan<byte> wide = Field(extra, Zip64Field);
        foreach (ref long size in sizes.AsSpan())
        {
            // Those that do not fit stand in a field of their own, one behind the other.
            if (size == uint.MaxValue && wide.Length >= sizeof(long))
            {
                size = I64(wide, 0);
                wide = wide[sizeof(long)..];
            }
        }

        if (sizes.Min() < 0)
        {
            throw _source.Bad($"sizes of less than 2^63 for '{name}'", "larger ones");
        }

        return new ZipMember(name, U16(entry, 10), (U16(entry, 8) & 1) != 0, U32(entry, 16), sizes[1], sizes[0], sizes[2]);
    }

    // Reads the header before the data, which must say what the directory says.
    private ZipMember Locate(ZipMember member, long directoryStart)
    {
        long start = member.HeaderStart;
        if (start > directoryStart - HeaderLength)
        {
            throw _source.Bad($"the header of '{member.Name}' before the directory", $"byte {start:N0}");
        }

        ReadOnlySpan<byte> header = At(start, HeaderLength, $"the header of '{member.Name}'");
        if (!header.StartsWith("PK\x03\x04"u8))
        {
            throw _source.Bad($"a header at byte {start:N0}, for '{member.Name}'", Convert.ToHexString(header[..4]));
        }

        int name = U16(header, 26);
        if (Encoding.UTF8.GetString(At(start + HeaderLength, name, "a member's name")) is var own && own != member.Name)
        {
            throw _source.Bad($"'{member.Name}' at byte {start:N0}, where the directory has it", $"'{own}'");
        }

        if (U16(header, 8) != member.Method)
        {
            throw _source.Bad($"one compression method for '{member.Name}'", $"{member.Method} and {U16(header, 8)}");
        }

        ZipMember found = member with { DataStart = start + HeaderLength + name + U16(header, 28) };
        if (found.PackedSize > directoryStart - found.DataStart)
        {
            throw _source.Bad($"the {member.PackedSize:N0} bytes of '{member.Name}' before the directory", "less");
        }

        bool possible = member.IsEncrypted || member.Method switch
        {
            Stored => member.Size == member.PackedSize,
            Deflated => member.Size / MostExpansion <= member.PackedSize,
            _ => true,
        };
        return possible
            ? found
            : throw _source.Bad($"content of '{member.Name}' that its {member.PackedSize:N0} bytes can hold", $"{member.Size:N0} bytes of it");
    }

    private void CheckOverlaps()
    {
        ZipMember? before = null;
        foreach (ZipMember member in Members.OrderBy(static member => member.HeaderStart))
        {
            if (before is not null && member.HeaderStart < before.End)
            {
                throw _source.Bad("members with bytes of their own", $"that '{before.Name}' and '{member.Name}' overlap");
            }

            before = member;
        }
    }

    private byte[] At(long start, int length, string what)
    {
        _file.Position = start;
        return _source.Read(length, what);
    }

    // A field of the extra fields: each has a number and a length.
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort number)
    {
        while (extra.Length >= 4)
        {
            int length = Math.Min(U16(extra, 2), extra.Length - 4);
            if (U16(extra, 0) == number)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
}

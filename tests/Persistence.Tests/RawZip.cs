using System.Buffers.Binary;
using System.Text;

namespace DeepSharp.Tests;

/// <summary>ZIP archives byte by byte, right or wrong (APPNOTE.TXT, 4.3).</summary>
internal sealed class RawZip
{
    private readonly List<byte> _members = [];
    private readonly List<byte> _directory = [];
    private int _entries;

    internal byte[] Members => [.. _members];

    /// <summary>A member and its entry in the directory; returns where it begins.</summary>
    internal int Add(string name, int method, byte[] data, uint size)
    {
        int at = _members.Count;
        byte[] header = new byte[30];
        "PK\u0003\u0004"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)method);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(18), data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(22), size);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)name.Length);
        _members.AddRange([.. header, .. Encoding.ASCII.GetBytes(name), .. data]);
        AddEntry(name, method, data.Length, size, at);
        return at;
    }

    /// <summary>An entry in the directory alone.</summary>
    internal void AddEntry(string name, int method, int packed, uint size, int at)
    {
        byte[] entry = new byte[46];
        "PK\u0001\u0002"u8.CopyTo(entry);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(10), (ushort)method);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(20), packed);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(24), size);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(28), (ushort)name.Length);
        BinaryPrimitives.WriteInt32LittleEndian(entry.AsSpan(42), at);
        _directory.AddRange([.. entry, .. Encoding.ASCII.GetBytes(name)]);
        _entries++;
    }

    internal byte[] ToArray()
    {
        byte[] end = new byte[22];
        "PK\u0005\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)_entries);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)_entries);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(12), _directory.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), _members.Count);
        return [.. _members, .. _directory, .. end];
    }
}

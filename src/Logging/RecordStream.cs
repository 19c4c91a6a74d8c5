using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace DeepSharp.Logging;

/// <summary>TensorFlow's record format (TFRecord): length, its checksum, data, its checksum; numbers are little-endian.</summary>
/// <remarks>Source: the comment in TensorFlow's <c>record_writer.h</c>. Checksums are CRC-32C (Castagnoli), rotated and offset so that checksums of
/// data that has checksums in it stay good ones.</remarks>
internal static class RecordStream
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Writes a record with one call, so that a reader sees the beginning of one at most.</summary>
    internal static void Write(Stream stream, ReadOnlySpan<byte> data)
    {
        byte[] record = new byte[8 + 4 + data.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(record, data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Masked(data));
        stream.Write(record);
    }

    internal static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte rest in data[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }

    private static uint Masked(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Crc32C(data), 15) + MaskDelta;
}

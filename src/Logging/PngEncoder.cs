using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace DeepSharp.Logging;

/// <summary>Pictures as PNG (W3C, Portable Network Graphics), without a native library.</summary>
internal static class PngEncoder
{
    /// <summary>A picture of 8 bits a channel.</summary>
    /// <param name="planes">[channels, height, width].</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="height">Its height.</param>
    /// <param name="width">Its width.</param>
    internal static byte[] Encode(ReadOnlySpan<byte> planes, int channels, int height, int width)
    {
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8;
        header[9] = (byte)(channels == 1 ? 0 : 2);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Pixels(planes, channels, height, width));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Each line begins with its filter: 1, the difference from the pixel to the left, which packs smooth pictures better.
    private static byte[] Pixels(ReadOnlySpan<byte> planes, int channels, int height, int width)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            byte[] line = new byte[1 + (width * channels)];
            line[0] = 1;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int channel = 0; channel < channels; channel++)
                    {
                        int place = (((channel * height) + y) * width) + x;
                        line[1 + (x * channels) + channel] = (byte)(planes[place] - (x == 0 ? 0 : planes[place - 1]));
                    }
                }

                zlib.Write(line);
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        Crc32 checksum = new();
        checksum.Append(type);
        checksum.Append(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, checksum.GetCurrentHashAsUInt32());
        file.Write(number);
    }
}

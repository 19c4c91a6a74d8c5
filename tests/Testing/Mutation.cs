using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DeepSharp.Testing;

/// <summary>
/// Damage that knows how files are made: bits and bytes, numbers of all widths at their limits, words of the format, digits in texts, parts that are cut,
/// repeated, exchanged or taken from another file; and all that inside the members of archives and the data of gzip streams, which are packed again.
/// </summary>
internal sealed class Mutation(byte[][] originals, string[] words)
{
    private static readonly string[] s_words =
    [
        "{", "}", "[", "]", "\"", ":", ",", "(", ")", "'", "0", "-1", "9223372036854775807", "18446744073709551616", "1e99", "null", "true", "\\u0000",
        "\\ud800", "99999999", "\0", "é", "../", "\n", "\r\n", ";",
    ];

    private static readonly long[] s_limits =
    [
        0, 1, -1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, long.MaxValue, long.MinValue, 1 << 20, 1 << 30,
    ];

    internal byte[] Of(Random random, byte[] original)
    {
        if (random.Next(2) == 0)
        {
            if (original.AsSpan().StartsWith("PK"u8))
            {
                return InArchive(random, original);
            }

            if (original.Length > 2 && original[0] == 0x1f && original[1] == 0x8b)
            {
                return InGzip(random, original);
            }
        }

        return Changed(random, original);
    }

    private byte[] Changed(Random random, byte[] original)
    {
        List<byte> bytes = [.. original];
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            if (bytes.Count == 0)
            {
                bytes.Add(0);
            }

            // Most of the damage goes to the front, where the headers are; archives have theirs at the end.
            int at = random.Next(3) == 0 ? random.Next(bytes.Count)
                : random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 300)) : bytes.Count - 1 - random.Next(Math.Min(bytes.Count, 300));
            Change(random, bytes, at);
        }

        return [.. bytes];
    }

    private void Change(Random random, List<byte> bytes, int at)
    {
        switch (random.Next(11))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 17), bytes.Count - at));
                break;
            case 3:
                bytes.InsertRange(at, Word(random));
                break;
            case 4:
                Overwrite(bytes, at, Word(random));
                break;
            case 5:
                int from = random.Next(bytes.Count);
                bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 100), bytes.Count - from)));
                break;
            case 6 or 7:
                Overwrite(bytes, at, Number(random, bytes.Count));
                break;
            case 8:
                Digits(random, bytes, at);
                break;
            case 9:
                byte[] other = originals[random.Next(originals.Length)];
                int start = random.Next(other.Length);
                Overwrite(bytes, at, other.AsSpan(start, Math.Min(random.Next(1, 60), other.Length - start)).ToArray());
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    private byte[] Word(Random random)
    {
        int which = random.Next(s_words.Length + (3 * words.Length));
        return Encoding.UTF8.GetBytes(which < s_words.Length ? s_words[which] : words[(which - s_words.Length) % words.Length]);
    }

    // A number at a limit, or near the length of the file, of one to eight bytes in either order.
    private static byte[] Number(Random random, int length)
    {
        long value = random.Next(4) == 0 ? length + random.Next(-4, 5) : s_limits[random.Next(s_limits.Length)] + random.Next(-1, 2);
        byte[] eight = new byte[8];
        int width = 1 << random.Next(4);
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(eight, value);
            return eight[..width];
        }

        BinaryPrimitives.WriteInt64BigEndian(eight, value);
        return eight[(8 - width)..];
    }

    // The next number that is written as text becomes another one.
    private static void Digits(Random random, List<byte> bytes, int at)
    {
        int first = bytes.FindIndex(at, static value => value is >= (byte)'0' and <= (byte)'9');
        if (first < 0)
        {
            return;
        }

        int end = first;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
        {
            end++;
        }

        bytes.RemoveRange(first, end - first);
        bytes.InsertRange(first, Encoding.ASCII.GetBytes($"{s_limits[random.Next(s_limits.Length)]}"));
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (int i = 0; i < with.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = with[i];
        }
    }

    private byte[] InArchive(Random random, byte[] original)
    {
        using ZipArchive from = new(new MemoryStream(original));
        int damaged = random.Next(from.Entries.Count);
        MemoryStream made = new();
        using (ZipArchive to = new(made, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < from.Entries.Count; i++)
            {
                ZipArchiveEntry entry = from.Entries[i];
                bool isPacked = entry.CompressedLength != entry.Length;
                byte[]? content = Content(entry);
                if (content is null)
                {
                    continue;
                }

                using Stream target = to.CreateEntry(entry.FullName, isPacked ? CompressionLevel.Fastest : CompressionLevel.NoCompression).Open();
                target.Write(i == damaged ? Changed(random, content) : content);
            }
        }

        return made.ToArray();
    }

    // Null where it is packed in a way that .NET does not know.
    private static byte[]? Content(ZipArchiveEntry entry)
    {
        try
        {
            using MemoryStream content = new();
            using Stream source = entry.Open();
            source.CopyTo(content);
            return content.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private byte[] InGzip(Random random, byte[] original)
    {
        using MemoryStream content = new();
        using (GZipStream source = new(new MemoryStream(original), CompressionMode.Decompress))
        {
            source.CopyTo(content);
        }

        MemoryStream made = new();
        using (GZipStream target = new(made, CompressionLevel.Fastest, leaveOpen: true))
        {
            target.Write(Changed(random, content.ToArray()));
        }

        return made.ToArray();
    }
}

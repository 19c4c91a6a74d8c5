using System.IO.Hashing;

namespace DeepSharp.Persistence;

/// <summary>
/// A stream that may hold less than its own headers say: memory is taken for bytes that are there, not for bytes announced.
/// </summary>
internal sealed class ByteSource(Stream stream, string name, bool sums = false)
{
    /// <summary>How many bytes are read at a time; a multiple of every element size.</summary>
    internal const int ChunkSize = 1 << 20;

    private readonly Crc32? _sum = sums ? new Crc32() : null;

    /// <summary>The CRC-32 of the bytes read so far, if it was asked for.</summary>
    internal uint? Sum => _sum?.GetCurrentHashAsUInt32();

    /// <summary>How many bytes are left, where the stream can tell.</summary>
    internal long? Remaining => stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    /// <summary>Opens a file; others may read it, and replace it by a new one.</summary>
    internal static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    /// <summary>The one exception for content that breaks a rule.</summary>
    internal InvalidDataException Bad(string expected, string found, Exception? cause = null) =>
        new($"{name}: expected {expected}, found {found}.", cause);

    /// <summary>Exactly this many bytes.</summary>
    internal byte[] Read(int count, string what)
    {
        Require(count, what);
        byte[] bytes = new byte[Remaining is null ? Math.Min(count, ChunkSize) : count];
        int read = 0;
        while (true)
        {
            Fill(bytes.AsSpan(read), what, read, count);
            read = bytes.Length;
            if (read == count)
            {
                return bytes;
            }

            Array.Resize(ref bytes, (int)Math.Min(count, 2L * read));
        }
    }

    /// <summary>
    /// Exactly this many bytes in pieces of <see cref="ChunkSize"/>. Where the stream does not know its length they are all read
    /// before the first is handed out; else one buffer serves all of them.
    /// </summary>
    internal IEnumerable<ArraySegment<byte>> ReadChunks(long count, string what)
    {
        Require(count, what);
        return Remaining is null ? [.. Chunks(count, what, reuse: false)] : Chunks(count, what, reuse: true);
    }

    /// <summary>Throws unless everything has been read.</summary>
    internal void RequireEnd(string what)
    {
        Span<byte> one = stackalloc byte[1];
        if (stream.Read(one) > 0)
        {
            throw Bad($"the end after {what}", "more bytes");
        }
    }

    private IEnumerable<ArraySegment<byte>> Chunks(long count, string what, bool reuse)
    {
        byte[]? buffer = null;
        for (long done = 0; done < count;)
        {
            int length = (int)Math.Min(count - done, ChunkSize);
            buffer = reuse && buffer is not null ? buffer : new byte[length];
            Fill(buffer.AsSpan(0, length), what, done, count);
            done += length;
            yield return new ArraySegment<byte>(buffer, 0, length);
        }
    }

    private void Require(long count, string what)
    {
        if (Remaining is { } left && left < count)
        {
            throw Short(what, left, count);
        }
    }

    private void Fill(Span<byte> target, string what, long before, long total)
    {
        int read;
        try
        {
            read = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw Bad($"{total:N0} bytes of {what}", $"damaged data: {error.Message}", error);
        }

        if (read < target.Length)
        {
            throw Short(what, before + read, total);
        }

        _sum?.Append(target);
    }

    private InvalidDataException Short(string what, long found, long total) =>
        Bad($"{total:N0} bytes of {what}", $"the end after {found:N0} of them");
}

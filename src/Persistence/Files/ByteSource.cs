using System.IO.Hashing;

namespace DeepSharp.Persistence;

/// <summary>
/// A stream that may hold less than its own headers say: memory is taken for bytes that are there, not for bytes announced.
/// </summary>
internal sealed class ByteSource(Stream stream, string name, bool sums = false)
{
    private const int ChunkSize = 1 << 20;

    private readonly Crc32? _sum = sums ? new Crc32() : null;

    /// <summary>How many bytes have been read.</summary>
    internal long Count { get; private set; }

    /// <summary>The CRC-32 of the bytes read so far, if it was asked for.</summary>
    internal uint? Sum => _sum?.GetCurrentHashAsUInt32();

    /// <summary>How many bytes are left, where the stream can tell.</summary>
    internal long? Remaining => stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    /// <summary>The one exception for content that breaks a rule.</summary>
    internal InvalidDataException Bad(string expected, string found, Exception? cause = null) =>
        new($"{name}: expected {expected}, found {found}.", cause);

    /// <summary>The same for content that keeps the rules and that no tensor can hold.</summary>
    internal InvalidDataException Bad(Misfit misfit) => Bad(misfit.Expected, misfit.Found);

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

    /// <summary>Throws where the stream knows that it holds less.</summary>
    internal void Require(long count, string what)
    {
        if (Remaining is { } left && left < count)
        {
            throw Short(what, left, count);
        }
    }

    /// <summary>The next bytes of something.</summary>
    /// <param name="target">Filled with them.</param>
    /// <param name="what">What they are part of.</param>
    /// <param name="before">How many bytes of it came before.</param>
    /// <param name="total">How many it has in all.</param>
    internal void Fill(Span<byte> target, string what, long before, long total)
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

        Count += read;
        _sum?.Append(target);
    }

    /// <summary>Throws unless everything has been read.</summary>
    internal void RequireEnd(string what)
    {
        Span<byte> one = stackalloc byte[1];
        int read;
        try
        {
            read = stream.Read(one);
        }
        catch (InvalidDataException error)
        {
            throw Bad($"the end after {what}", $"damaged data: {error.Message}", error);
        }

        if (read > 0)
        {
            throw Bad($"the end after {what}", "more bytes");
        }
    }

    private InvalidDataException Short(string what, long found, long total) =>
        Bad($"{total:N0} bytes of {what}", $"the end after {found:N0} of them");
}

namespace DeepSharp.Persistence;

/// <summary>What the writer of a file writes to: what goes wrong is an error about the file that was asked for.</summary>
/// <remarks>A writer that closes the stream flushes it; <see cref="AtomicFile"/> closes the file.</remarks>
internal sealed class TargetStream(FileStream file, string path) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => file.CanSeek;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => Try(path, file.Name, () => file.Position = value);
    }

    /// <summary>Does something to a file; what goes wrong with it is an error that names the path the user gave.</summary>
    /// <param name="path">That path.</param>
    /// <param name="name">The name that the system knows the file by, which may be another.</param>
    /// <param name="act">What is done.</param>
    internal static void Try(string path, string name, Action act)
    {
        try
        {
            act();
        }
        catch (Exception error)
        {
            throw Of(error, path, name);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            file.Write(buffer);
        }
        catch (Exception error)
        {
            throw Of(error, path, file.Name);
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    public override void Flush() => Try(path, file.Name, file.Flush);

    public override long Seek(long offset, SeekOrigin origin)
    {
        long position = 0;
        Try(path, file.Name, () => position = file.Seek(offset, origin));
        return position;
    }

    public override void SetLength(long value) => Try(path, file.Name, () => file.SetLength(value));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is written only.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Flush();
        }

        base.Dispose(disposing);
    }

    // .NET calls a file that grows too large for its file system, or for a limit of the process, an argument out of range.
    private static Exception Of(Exception error, string path, string name)
    {
        string why = error is ArgumentOutOfRangeException
            ? "it would be larger than the file system or a limit of the process allows."
            : error.Message.Replace(name, path, StringComparison.Ordinal);
        string message = $"{path} cannot be written: {why}";
        return error switch
        {
            UnauthorizedAccessException => new UnauthorizedAccessException(message, error),
            DirectoryNotFoundException => new DirectoryNotFoundException(message, error),
            _ => new IOException(message, error) { HResult = error.HResult },
        };
    }
}

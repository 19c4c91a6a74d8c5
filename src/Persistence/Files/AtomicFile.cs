namespace DeepSharp.Persistence;

/// <summary>Writes a file whole or not at all.</summary>
/// <remarks>
/// The content goes to a temporary file in the same folder, is flushed to the disk, and then takes the name of the old file in
/// one move. When anything fails on the way, the old file is as it was and the temporary one is removed. A process that is
/// killed in the middle leaves the old file and, at most, a file named <c>.deepsharp-….tmp</c> beside it. On Unix the new file has the
/// rights of the old one, from its first byte on; a file in a folder that may be written is replaced even if it may not be written
/// itself.
/// </remarks>
public static class AtomicFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Creates or replaces a file.</summary>
    /// <param name="path">The file. Of a symbolic link, the file it leads to is replaced and the link stays.</param>
    /// <param name="write">Writes the content. An exception of its own comes out and leaves the old file in place.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written, or the path names a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder, or on Windows the file, may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Target(path);
        string folder = Path.GetDirectoryName(target) ?? target;
        if (Directory.Exists(target))
        {
            throw new IOException($"{path} cannot be written as a file: it is a folder.");
        }

        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{path} cannot be written: there is no folder {folder}.");
        }

        string temporary = Path.Combine(folder, $".deepsharp-{Guid.NewGuid():N}.tmp");
        try
        {
            using (FileStream file = new(temporary, Options(target)))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            // The process's mask may have taken some rights away when the file was made.
            if (!OperatingSystem.IsWindows() && File.Exists(target))
            {
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Discard(temporary);
            throw;
        }
    }

    private static FileStreamOptions Options(string target)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = BufferSize,
        };
        if (!OperatingSystem.IsWindows() && File.Exists(target))
        {
            options.UnixCreateMode = File.GetUnixFileMode(target);
        }

        return options;
    }

    private static string Target(string path)
    {
        FileInfo file = new(Path.GetFullPath(path));
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
    }

    // What went wrong before is the news; that the remains cannot be removed is not.
    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }
}

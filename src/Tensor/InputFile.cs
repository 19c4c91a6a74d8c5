namespace DeepSharp;

/// <summary>Opens files to read tensors from.</summary>
internal static class InputFile
{
    /// <summary>Opens a file; others may read it, and replace it by a new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What it is expected to be, such as "an npy file".</param>
    /// <param name="seeks">Whether the reader goes to and fro: of a pipe, which only goes forward, it is given a copy in a temporary file.</param>
    /// <exception cref="FileNotFoundException">There is no such file, or it is a folder.</exception>
    internal static FileStream Open(string path, string kind, bool seeks)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception error) when (Directory.Exists(path))
        {
            throw new FileNotFoundException($"{path}: expected {kind} and found a folder of this name.", path, error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"{path}: expected {kind} and found no file of this name.", path, error);
        }

        if (!seeks || file.CanSeek)
        {
            return file;
        }

        using (file)
        {
            return Copy(file);
        }
    }

    // The copy goes with the process: Unix forgets the name at once and keeps the file as long as it is open.
    private static FileStream Copy(FileStream source)
    {
        string path = Path.Combine(Path.GetTempPath(), $"deepsharp-{Guid.NewGuid():N}.tmp");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
        }
        else
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream copy = new(path, options);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(path);
            }

            source.CopyTo(copy);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}

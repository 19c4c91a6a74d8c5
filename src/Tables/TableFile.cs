namespace DeepSharp.Tables;

/// <summary>Opens files with tables.</summary>
internal static class TableFile
{
    /// <summary>Opens a file in which a reader can go back: of a pipe, a copy in memory.</summary>
    internal static Stream Open(string path, string kind)
    {
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

        if (file.CanSeek)
        {
            return file;
        }

        using (file)
        {
            MemoryStream copy = new();
            file.CopyTo(copy);
            copy.Position = 0;
            return copy;
        }
    }
}

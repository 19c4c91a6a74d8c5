using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text;

namespace DeepSharp.Persistence;

/// <summary>Writes a file whole or not at all.</summary>
/// <remarks>
/// <para>The content goes to a temporary file in the same folder, is flushed to the disk, and then takes the name of the old file in
/// one move. When anything fails on the way, the old file is as it was and the temporary one is removed. On Unix the new file has the
/// rights of the old one, from its first byte on; a file in a folder that may be written is replaced even if it may not be written
/// itself.</para>
/// <para>A process that is killed in the middle leaves the old file and, at most, a file named <c>.deepsharp-….tmp</c> beside it. The next
/// file that is written to the folder removes it: a process holds a lock on its temporary file, which ends with the process. (Where the
/// file system knows no locks, it is removed a day later.)</para>
/// <para>A device, a pipe, or a link to an open file, such as <c>/dev/stdout</c>, is no file to replace: it is written to as it is, and what
/// has been written before an error stays written.</para>
/// </remarks>
public static class AtomicFile
{
    private const int BufferSize = 1 << 16;
    private const string Before = ".deepsharp-";
    private const string After = ".tmp";

    // SIGXFSZ on Linux and macOS: a file reached the limit that its process has for files. Unheard it ends the process; heard, writing fails
    // with an error. Kept for good, as Python does, since it may come a moment after the error.
    private static readonly PosixSignalRegistration? s_tooLarge = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
        ? PosixSignalRegistration.Create((PosixSignal)25, static context => context.Cancel = true)
        : null;

    // A process that has just made its file may not have locked it yet.
    private static readonly TimeSpan s_unlockedFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_withoutLocks = TimeSpan.FromDays(1);

    /// <summary>Creates or replaces a file.</summary>
    /// <param name="path">The file. Of a symbolic link, the file it leads to is replaced and the link stays.</param>
    /// <param name="write">Writes the content. An exception of its own comes out and leaves the old file in place.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">The file cannot be written: the disk is full, the file too large, or the path names a folder or a
    /// socket.</exception>
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

        // What the link leads to has no name where it is open only; where it is not there at all, it is made.
        if (!IsRegular(target, path) || (!File.Exists(target) && IsOpen(path)))
        {
            WriteThrough(path, write);
            return;
        }

        string temporary = Path.Combine(folder, $"{Before}{Guid.NewGuid():N}{After}");
        FileStream? file = null;
        try
        {
            GC.KeepAlive(s_tooLarge);
            TargetStream.Try(path, temporary, () => file = new FileStream(temporary, Options(target)));
            RemoveLeftovers(folder, temporary);
            write(new TargetStream(file!, path));
            TargetStream.Try(path, temporary, () =>
            {
                file!.Flush(flushToDisk: true);

                // The process's mask may have taken some rights away when the file was made.
                if (!OperatingSystem.IsWindows() && File.Exists(target))
                {
                    File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
                }

                // Windows keeps readers from a file that is open to be written; elsewhere it stays open until it has its new name.
                if (OperatingSystem.IsWindows())
                {
                    file.Dispose();
                }

                File.Move(temporary, target, overwrite: true);
                file.Dispose();
            });
        }
        catch
        {
            Discard(file, temporary);
            throw;
        }
    }

    /// <summary>Creates or replaces a file of text, in UTF-8.</summary>
    /// <inheritdoc cref="Write"/>
    /// <param name="path">The file. Of a symbolic link, the file it leads to is replaced and the link stays.</param>
    /// <param name="text">The content.</param>
    public static void WriteText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Throws now what <see cref="Write"/> would throw before it has written anything, such as that there is no folder. Changes nothing.</summary>
    /// <param name="path">The file.</param>
    internal static void RequireWritable(string path)
    {
        try
        {
            Write(path, static _ => throw new OperationCanceledException());
        }
        catch (OperationCanceledException)
        {
            // As far as that it would have worked.
        }
    }

    private static void WriteThrough(string path, Action<Stream> write)
    {
        FileStream? file = null;
        try
        {
            TargetStream.Try(path, path, () => file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferSize));
            write(new TargetStream(file!, path));
            TargetStream.Try(path, path, () =>
            {
                file!.Flush();
                file.Dispose();
            });
        }
        catch
        {
            Close(file);
            throw;
        }
    }

    private static FileStreamOptions Options(string target)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = BufferSize,

            // A lock that tells others that the file is no leftover, and lets those read it who find it under its new name.
            Share = FileShare.Read,
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

    // .NET tells kinds of files only where it puts them into archives. What is no regular file has no length, and an empty file costs nothing.
    private static bool IsRegular(string target, string path)
    {
        if (OperatingSystem.IsWindows() || new FileInfo(target) is not { Exists: true, Length: 0 })
        {
            return true;
        }

        try
        {
            using MemoryStream archive = new();
            using (TarWriter writer = new(archive, leaveOpen: true))
            {
                writer.WriteEntry(target, "file");
            }

            archive.Position = 0;
            using TarReader reader = new(archive);
            return reader.GetNextEntry()!.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;
        }
        catch (UnauthorizedAccessException)
        {
            // Only regular files are opened for it.
            return true;
        }
        catch (IOException error)
        {
            throw new IOException($"{path} cannot be written as a file: it is a socket, or it cannot be told what it is.", error);
        }
    }

    private static bool IsOpen(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static void RemoveLeftovers(string folder, string own)
    {
        // Another handle on one's own file tells whether locks work here.
        TimeSpan old = IsFree(own) ? s_withoutLocks : s_unlockedFor;
        try
        {
            foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles($"{Before}*{After}"))
            {
                if (file.FullName != own && DateTime.UtcNow - file.LastWriteTimeUtc > old && IsFree(file.FullName))
                {
                    Discard(null, file.FullName);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A folder that may be written but not listed keeps them.
        }
    }

    private static bool IsFree(string temporary)
    {
        try
        {
            using FileStream file = new(temporary, FileMode.Open, FileAccess.Read, FileShare.None);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // What went wrong before is the news; that the remains cannot be removed is not.
    private static void Discard(FileStream? file, string temporary)
    {
        Close(file);
        try
        {
            File.Delete(temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void Close(FileStream? file)
    {
        try
        {
            file?.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
        }
    }
}

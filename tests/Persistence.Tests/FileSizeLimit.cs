using System.Runtime.InteropServices;

namespace DeepSharp.Tests;

/// <summary>For a while no file of the process may be longer, as on file systems that have a limit; on Linux.</summary>
internal sealed partial class FileSizeLimit : IDisposable
{
    // RLIMIT_FSIZE of the kernel's interface.
    private const int FileSize = 1;

    private readonly Limit _before;

    internal FileSizeLimit(ulong bytes)
    {
        Assert.Equal(0, Get(FileSize, out _before));
        Assert.Equal(0, Set(FileSize, _before with { Soft = bytes }));
    }

    public void Dispose() => Assert.Equal(0, Set(FileSize, _before));

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(ulong Soft, ulong Hard);
}

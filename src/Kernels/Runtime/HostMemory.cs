using System.Runtime.InteropServices;

namespace DeepSharp.Kernels;

/// <summary>Memory of the process for blocks.</summary>
/// <remarks>
/// Linux gives large memory in pages of 4 KB unless it is asked for more, and loops over several arrays of some megabytes then
/// spend up to half of their time on translating addresses.
/// </remarks>
internal static unsafe class HostMemory
{
    // ILGPU's own host buffers are not aligned; SIMD code wants whole cache lines.
    private const nuint LineSize = 64;

    // On x86-64, and on Arm with pages of 4 KB.
    private const nuint HugePage = 2 * 1024 * 1024;

    // MADV_HUGEPAGE of the kernel's interface.
    private const int AdviseHugePages = 14;

    // madvise(2), or null. By the program's own symbols: the file of the C library has many names, and programs compiled ahead of time do
    // not know what "libc" means.
    private static readonly delegate* unmanaged<void*, nuint, int, int> s_advise =
        OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "madvise", out IntPtr address)
            ? (delegate* unmanaged<void*, nuint, int, int>)address
            : null;

    /// <summary>
    /// What tensors may take: nine tenths of the memory of the machine, or of the container (the runtime knows control groups); the rest is
    /// the program's. Beyond it Linux does not refuse memory, but ends a process.
    /// </summary>
    internal static long Available => GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes is > 0 and long bytes ? bytes : long.MaxValue;

    /// <summary>Memory of undefined contents, to be freed with <see cref="Free"/>.</summary>
    internal static void* Allocate(nuint bytes)
    {
        if (bytes < 2 * HugePage || s_advise == null)
        {
            return NativeMemory.AlignedAlloc(bytes, LineSize);
        }

        // A kernel that has no such pages answers with an error, and the memory is as it was.
        void* start = NativeMemory.AlignedAlloc(bytes, HugePage);
        _ = s_advise(start, bytes, AdviseHugePages);
        return start;
    }

    internal static void Free(void* start) => NativeMemory.AlignedFree(start);
}

using System.Runtime.InteropServices;

namespace DeepSharp.Kernels;

/// <summary>Memory of the process for blocks.</summary>
/// <remarks>
/// Linux gives large memory in pages of 4 KB unless it is asked for more, and loops over several arrays of some megabytes then
/// spend up to half of their time on translating addresses.
/// </remarks>
internal static unsafe partial class HostMemory
{
    // ILGPU's own host buffers are not aligned; SIMD code wants whole cache lines.
    private const nuint LineSize = 64;

    // On x86-64, and on Arm with pages of 4 KB.
    private const nuint HugePage = 2 * 1024 * 1024;

    // MADV_HUGEPAGE of the kernel's interface.
    private const int AdviseHugePages = 14;

    private static bool s_canAdvise = OperatingSystem.IsLinux();

    /// <summary>Memory of undefined contents, to be freed with <see cref="Free"/>.</summary>
    internal static void* Allocate(nuint bytes)
    {
        if (bytes < 2 * HugePage || !s_canAdvise)
        {
            return NativeMemory.AlignedAlloc(bytes, LineSize);
        }

        void* start = NativeMemory.AlignedAlloc(bytes, HugePage);
        try
        {
            // A kernel that has no such pages answers with an error, and the memory is as it was.
            _ = Advise(start, bytes, AdviseHugePages);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            s_canAdvise = false;
        }

        return start;
    }

    internal static void Free(void* start) => NativeMemory.AlignedFree(start);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint length, int advice);
}

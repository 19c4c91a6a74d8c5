using System.Runtime.InteropServices;

namespace DeepSharp.Kernels;

/// <summary>Memory for packed factors, one piece per thread, kept for the next product.</summary>
internal sealed unsafe class GemmScratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static GemmScratch? t_instance;

    private void* _memory;
    private nuint _bytes;

    ~GemmScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>This thread's memory, at least so many elements, aligned to a cache line. Its content is arbitrary.</summary>
    internal static T* Take<T>(nint count)
        where T : unmanaged => (T*)(t_instance ??= new()).Take((nuint)count * (nuint)sizeof(T));

    private void* Take(nuint bytes)
    {
        if (bytes > _bytes)
        {
            NativeMemory.AlignedFree(_memory);
            _bytes = 0;
            _memory = NativeMemory.AlignedAlloc(bytes, Alignment);
            _bytes = bytes;
        }

        return _memory;
    }
}

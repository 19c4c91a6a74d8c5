using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>How a loop puts a register into memory.</summary>
internal unsafe interface IRowStore
{
    static abstract void Store<TVector>(TVector value, void* address)
        where TVector : unmanaged;
}

/// <summary>By the caches, where the next loop finds it.</summary>
internal readonly unsafe struct CachedStore : IRowStore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector>(TVector value, void* address)
        where TVector : unmanaged => *(TVector*)address = value;
}

/// <summary>Past the caches, for results too large to be found there later.</summary>
/// <remarks>
/// An ordinary store first fetches the line that it overwrites: a quarter of the traffic of an addition, a third of a copy's.
/// Addresses must be multiples of the register's size, and a barrier must follow the loop.
/// </remarks>
internal readonly unsafe struct StreamedStore : IRowStore
{
    /// <summary>The bytes of a result from which on it is streamed: more than a last-level cache usually keeps of it.</summary>
    internal const long From = 32 * 1024 * 1024;

    /// <summary>The size of a cache line, a multiple of every register's.</summary>
    internal const int Line = 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector>(TVector value, void* address)
        where TVector : unmanaged
    {
        if (sizeof(TVector) == Vector512<byte>.Count)
        {
            Unsafe.BitCast<TVector, Vector512<byte>>(value).StoreAlignedNonTemporal((byte*)address);
        }
        else
        {
            Unsafe.BitCast<TVector, Vector<byte>>(value).StoreAlignedNonTemporal((byte*)address);
        }
    }

    /// <summary>The bytes from an address to the next line.</summary>
    internal static int ToLine(void* address) => (int)(-(nint)address & (Line - 1));

    /// <summary>Copies bytes, with the barrier.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Copy(byte* from, byte* to, long bytes)
    {
        long head = Math.Min(bytes, ToLine(to));
        long end = head + ((bytes - head) / Line * Line);
        Buffer.MemoryCopy(from, to, head, head);
        for (long i = head; i < end; i += sizeof(Vector<byte>))
        {
            Vector.Load(from + i).StoreAlignedNonTemporal(to + i);
        }

        Interlocked.MemoryBarrier();
        Buffer.MemoryCopy(from + end, to + end, bytes - end, bytes - end);
    }
}

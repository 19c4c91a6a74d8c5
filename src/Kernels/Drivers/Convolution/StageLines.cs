using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>Short lines of images, moved in registers.</summary>
internal static unsafe class StageLines
{
    /// <summary>Copies lines of so many bytes, four at least, with zeros before and behind that fill up the target's pitch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Copy(byte* source, nint next, int lines, nint bytes, byte* target, nint before, nint pitch)
    {
        nint behind = pitch - before - bytes;
        if (before == 0 && behind == 0 && next == bytes)
        {
            Unsafe.CopyBlockUnaligned(target, source, checked((uint)(bytes * lines)));
            return;
        }

        for (; lines > 0; lines--, source += next, target += pitch)
        {
            for (nint j = -before; j < 0; j += sizeof(int))
            {
                *(int*)(target + j) = 0;
            }

            if (bytes >= 32)
            {
                nint j = 0;
                for (; j <= bytes - 64; j += 64)
                {
                    Vector512.Store(Vector512.Load(source + j), target + j);
                }

                for (; j <= bytes - 32; j += 32)
                {
                    Vector256.Store(Vector256.Load(source + j), target + j);
                }

                // The rest together with some of what has been copied already.
                Vector256.Store(Vector256.Load(source + bytes - 32), target + bytes - 32);
            }
            else if (bytes >= 16)
            {
                Vector128.Store(Vector128.Load(source), target);
                Vector128.Store(Vector128.Load(source + bytes - 16), target + bytes - 16);
            }
            else
            {
                for (nint j = 0; j < bytes; j += sizeof(int))
                {
                    *(int*)(target + j) = *(int*)(source + j);
                }
            }

            for (nint j = 0; j < behind; j += sizeof(int))
            {
                *(int*)(target + bytes + j) = 0;
            }
        }
    }

    /// <summary>Copies every second number, from the first one on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void EverySecond(uint* source, uint* target, int count)
    {
        // Two numbers are a longer one, of which the lower half is kept. What is read behind the last one must be there.
        int j = 0;
        for (; j < count - 16; j += 16)
        {
            Vector512.Store(
                Vector512.Narrow(Vector512.Load((ulong*)(source + (2 * j))), Vector512.Load((ulong*)(source + (2 * j) + 16))), target + j);
        }

        for (; j < count - 4; j += 4)
        {
            Vector128.Store(
                Vector128.Narrow(Vector128.Load((ulong*)(source + (2 * j))), Vector128.Load((ulong*)(source + (2 * j) + 4))), target + j);
        }

        for (; j < count; j++)
        {
            target[j] = source[2 * j];
        }
    }

    /// <summary>Two lines as one: a number of the first, one of the second, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Zip(Vector512<uint> first, Vector512<uint> second, uint* target)
    {
        (Vector512<ulong> low, Vector512<ulong> high) = Vector512.Widen(first);
        (Vector512<ulong> lowSecond, Vector512<ulong> highSecond) = Vector512.Widen(second);
        Vector512.Store(low | (lowSecond << 32), (ulong*)target);
        Vector512.Store(high | (highSecond << 32), (ulong*)(target + 16));
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>Short lines of images, moved in registers.</summary>
internal static unsafe class StageLines
{
    /// <summary>Copies lines of so many bytes, four at least, with zeros before them and behind, up to an end counted from their start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Copy(byte* source, nint next, int lines, nint bytes, byte* target, nint before, nint end, nint pitch)
    {
        nint behind = end - bytes;
        if (before == 0 && pitch == bytes && next == bytes)
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

        if (j > 0)
        {
            // The last four, some of them again: as the upper halves, since nothing may be read behind the last one.
            uint* last = source + (2 * count) - 9;
            Vector128.Store(
                Vector128.Narrow(Vector128.Load((ulong*)last) >> 32, Vector128.Load((ulong*)(last + 4)) >> 32), target + count - 4);
            return;
        }

        for (; j < count; j++)
        {
            target[j] = source[2 * j];
        }
    }

    /// <summary>One line as two: its numbers in turn. Returns how many pairs are done; the rest are fewer than four in all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Halves(uint* source, uint* first, uint* second, int pairs)
    {
        if (pairs >= 16)
        {
            for (int done = 0; done < pairs; done += 16)
            {
                // The last ones together with some that are done already.
                int j = Math.Min(done, pairs - 16);
                Vector512<ulong> low = Vector512.Load((ulong*)(source + (2 * j)));
                Vector512<ulong> high = Vector512.Load((ulong*)(source + (2 * j) + 16));
                Vector512.Store(Vector512.Narrow(low, high), first + j);
                Vector512.Store(Vector512.Narrow(low >> 32, high >> 32), second + j);
            }

            return pairs;
        }

        if (pairs >= 4)
        {
            for (int done = 0; done < pairs; done += 4)
            {
                int j = Math.Min(done, pairs - 4);
                Vector128<ulong> low = Vector128.Load((ulong*)(source + (2 * j)));
                Vector128<ulong> high = Vector128.Load((ulong*)(source + (2 * j) + 4));
                Vector128.Store(Vector128.Narrow(low, high), first + j);
                Vector128.Store(Vector128.Narrow(low >> 32, high >> 32), second + j);
            }

            return pairs;
        }

        return 0;
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

    /// <summary>Rows of a right factor out of pieces of a stage: for each of so many places the pieces that begin at them, one behind the
    /// other.</summary>
    /// <remarks>Each piece is copied as if it had <paramref name="bytes"/>; what is too much, the next one overwrites.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Gather(byte* stage, int* places, int depth, int size, int* pieces, int count, int bytes, byte* target, int pitch)
    {
        for (int k = 0; k < depth; k++, target += pitch)
        {
            byte* from = stage + ((nint)places[k] * size);
            for (int i = 0; i < count; i++)
            {
                byte* piece = from + pieces[2 * i];
                byte* to = target + pieces[(2 * i) + 1];
                if (bytes <= 32)
                {
                    Vector256.Store(Vector256.Load(piece), to);
                    continue;
                }

                Vector512.Store(Vector512.Load(piece), to);
                for (int j = 64; j < bytes; j += 64)
                {
                    Vector512.Store(Vector512.Load(piece + j), to + j);
                }
            }
        }
    }
}

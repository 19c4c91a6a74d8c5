using System.Numerics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Reductions over the threads of a group, in shared memory, for GPU kernels. All threads must take part.</summary>
internal static class GroupTree
{
    /// <summary>The largest group, and the length of the shared memory that the functions need.</summary>
    internal const int LargestGroup = 256;

    /// <summary>The size of a group that shares <paramref name="work"/> items: a power of two.</summary>
    internal static int Size(Device device, int work)
    {
        int wanted = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(work, 32)), LargestGroup);
        return 1 << BitOperations.Log2((uint)Math.Min(wanted, device.MaxGroupSize));
    }

    /// <summary>The sum of the threads' values, in every thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Sum<T>(ArrayView<T> shared, T value)
        where T : unmanaged, INumeric<T>
    {
        // What was shared before must have been read.
        Group.Barrier();
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = shared[Group.IdxX] + shared[Group.IdxX + half];
            }

            Group.Barrier();
        }

        return shared[0];
    }

    /// <summary>The sum over the threads of one lane, of which there is a power of two, in every thread of the lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Sum<T>(ArrayView<T> shared, T value, int lanes)
        where T : unmanaged, INumeric<T>
    {
        Group.Barrier();
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half >= lanes; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = shared[Group.IdxX] + shared[Group.IdxX + half];
            }

            Group.Barrier();
        }

        return shared[Group.IdxX % lanes];
    }

    /// <summary>The largest of the threads' values, in every thread; NaN if one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Max<T>(ArrayView<T> shared, T value)
        where T : unmanaged, INumeric<T>
    {
        Group.Barrier();
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = T.Max(shared[Group.IdxX], shared[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        return shared[0];
    }
}

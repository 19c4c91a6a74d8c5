using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Reduces each segment of flat memory to one number: two launches, however many segments there are.</summary>
public static class SegmentReduce
{
    /// <summary>Reduces.</summary>
    /// <param name="op">The reduction, without anchor; zeros must count for nothing.</param>
    /// <param name="output">A number for each segment, of the input's type.</param>
    /// <param name="input">The elements, flat.</param>
    /// <param name="table">The segments.</param>
    /// <param name="numbers">The table's numbers on the input's device, Int32.</param>
    public static void Run<TOp>(TOp op, in Operand output, in Operand input, SegmentTable table, in Operand numbers)
        where TOp : unmanaged, IReduction
    {
        ArgumentNullException.ThrowIfNull(table);
        if (input.DType == DType.Float64)
        {
            Run<TOp, F64, F64x>(op, output, input, table, numbers);
        }
        else
        {
            Run<TOp, F32, F32x>(op, output, input, table, numbers);
        }
    }

    private static unsafe void Run<TOp, T, TVector>(TOp op, in Operand output, in Operand input, SegmentTable table, in Operand numbers)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        Device device = input.Device;
        using Scratch partials = Scratch.Rent(device, input.DType, [Math.Max(table.ChunkCount, 1)]);
        if (device.IsHost)
        {
            device.CountLaunch();
            T* partial = partials.Operand.Host<T>();
            T* results = output.Host<T>();
            fixed (int* places = table.Numbers)
            {
                HostParallel.For(table.ChunkCount, 4, new Loop<TOp, T, TVector>(op, input.Host<T>(), partial, places));
                int* owners = places + (3 * table.ChunkCount);
                for (int segment = 0; segment < table.SegmentCount; segment++)
                {
                    T total = op.Identity<T>();
                    int first = owners[2 * segment];
                    for (int chunk = first; chunk < first + owners[(2 * segment) + 1]; chunk++)
                    {
                        total = op.Combine(total, partial[chunk]);
                    }

                    results[segment] = op.Finish(total, 0, 0);
                }
            }

            return;
        }

        Arguments<TOp, T> arguments = new()
        {
            Op = op,
            ChunkCount = table.ChunkCount,
            Numbers = numbers.View<int>(),
            Input = input.View<T>(),
            Partials = partials.Operand.View<T>(),
            Output = output.View<T>(),
        };
        int group = GroupTree.Size(device, GroupTree.LargestGroup);
        if (table.ChunkCount > 0)
        {
            device.Kernel<ChunkKey<TOp, T>, Action<KernelConfig, Arguments<TOp, T>>>(
                static accelerator => accelerator.Launcher<Arguments<TOp, T>>(ChunkKernel))(
                    new KernelConfig(table.ChunkCount, group), arguments);
        }

        device.Kernel<SegmentKey<TOp, T>, Action<KernelConfig, Arguments<TOp, T>>>(
            static accelerator => accelerator.Launcher<Arguments<TOp, T>>(SegmentKernel))(
                new KernelConfig(table.SegmentCount, group), arguments);
    }

    private static void ChunkKernel<TOp, T>(Arguments<TOp, T> k)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        ArrayView<T> shared = SharedMemory.Allocate<T>(GroupTree.LargestGroup);
        int start = k.Numbers[3 * Grid.IdxX];
        int length = k.Numbers[(3 * Grid.IdxX) + 1];
        T total = k.Op.Identity<T>();
        for (int i = Group.IdxX; i < length; i += Group.DimX)
        {
            total = k.Op.Combine(total, k.Op.Map(k.Input[start + i], default(T)));
        }

        total = Tree(shared, k.Op, total);
        if (Group.IdxX == 0)
        {
            k.Partials[Grid.IdxX] = total;
        }
    }

    private static void SegmentKernel<TOp, T>(Arguments<TOp, T> k)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        ArrayView<T> shared = SharedMemory.Allocate<T>(GroupTree.LargestGroup);
        int owner = (3 * k.ChunkCount) + (2 * Grid.IdxX);
        int first = k.Numbers[owner];
        int count = k.Numbers[owner + 1];
        T total = k.Op.Identity<T>();
        for (int i = Group.IdxX; i < count; i += Group.DimX)
        {
            total = k.Op.Combine(total, k.Partials[first + i]);
        }

        total = Tree(shared, k.Op, total);
        if (Group.IdxX == 0)
        {
            k.Output[Grid.IdxX] = k.Op.Finish(total, default(T), default(T));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Tree<TOp, T>(ArrayView<T> shared, TOp op, T value)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = op.Combine(shared[Group.IdxX], shared[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        return shared[0];
    }

    private struct ChunkKey<TOp, T>
        where TOp : unmanaged
        where T : unmanaged
    {
    }

    private struct SegmentKey<TOp, T>
        where TOp : unmanaged
        where T : unmanaged
    {
    }

    internal struct Arguments<TOp, T>
        where TOp : unmanaged
        where T : unmanaged
    {
        internal TOp Op;
        internal int ChunkCount;
        internal ArrayView<int> Numbers;
        internal ArrayView<T> Input;
        internal ArrayView<T> Partials;
        internal ArrayView<T> Output;
    }

    private readonly unsafe struct Loop<TOp, T, TVector>(TOp op, T* input, T* partials, int* numbers) : IRangeBody
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        private readonly TOp _op = op;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            TOp op = _op;
            int width = sizeof(TVector) / sizeof(T);
            for (int chunk = start; chunk < end; chunk++)
            {
                // Lengths are multiples of 16: whole registers, of any width there is.
                T* x = input + numbers[3 * chunk];
                int length = numbers[(3 * chunk) + 1];
                TVector even = op.Identity<TVector>();
                TVector odd = even;
                int i = 0;
                for (; i + width < length; i += 2 * width)
                {
                    even = op.Combine(even, op.Map(*(TVector*)(x + i), default(TVector)));
                    odd = op.Combine(odd, op.Map(*(TVector*)(x + i + width), default(TVector)));
                }

                if (i < length)
                {
                    even = op.Combine(even, op.Map(*(TVector*)(x + i), default(TVector)));
                }

                even = op.Combine(even, odd);
                T total = ((T*)&even)[0];
                for (int lane = 1; lane < width; lane++)
                {
                    total = op.Combine(total, ((T*)&even)[lane]);
                }

                partials[chunk] = total;
            }
        }
    }
}

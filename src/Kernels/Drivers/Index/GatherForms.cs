using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Gathering of elements of one size, on the host and on GPUs.</summary>
internal static unsafe class Gather<T, TIndex>
    where T : unmanaged
    where TIndex : unmanaged, IIndex<TIndex>
{
    // Elements a thread takes at a time.
    private const int Grain = 16 * 1024;

    internal static void Rows(in Operand output, in Operand input, in Operand indices, int axis, string name)
    {
        GatherSizes sizes = new(input, indices, axis);
        Device device = input.Device;
        if (device.IsHost)
        {
            GatherChecks.InRange<TIndex>(name, indices, axis, sizes.Length);
            device.CountLaunch();
            HostParallel.For(
                sizes.Outer * sizes.Indices, Math.Max(1, Grain / sizes.Inner),
                new RowLoop(output.Host<T>(), input.Host<T>(), indices.Host<TIndex>(), sizes));
            return;
        }

        Arguments arguments = Arguments.Of(output, input, indices);
        arguments.Count = output.Count;
        arguments.Indices = sizes.Indices;
        arguments.Length = sizes.Length;
        arguments.Inner = sizes.Inner;
        device.Kernel<RowKey, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(RowKernel))(device.Grid(output.Count), arguments);
    }

    internal static void Along(in Operand output, in Operand input, in Operand indices, int axis)
    {
        LoopNest nest = GatherSizes.Nest(output, indices, input, axis);
        Device device = input.Device;
        if (device.IsHost)
        {
            GatherChecks.InRange<TIndex>("Gather", indices, axis, input.Dims[axis]);
            device.CountLaunch();
            AlongLoop loop = new(nest, output.Host<T>(), input.Host<T>(), indices.Host<TIndex>(), input.Strides[axis]);
            if (nest.Rank <= 1)
            {
                HostParallel.For(nest.InnerLength, Grain, loop);
            }
            else
            {
                HostParallel.For(nest.OuterCount, Math.Max(1, Grain / nest.InnerLength), loop);
            }

            return;
        }

        Arguments arguments = Arguments.Of(output, input, indices);
        arguments.Length = input.Dims[axis];
        arguments.Stride = input.Strides[axis];
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            arguments.Nest = GpuNest.Of(nest, launch);
            device.Kernel<AlongKey, Action<KernelConfig, Arguments>>(
                static accelerator => accelerator.Launcher<Arguments>(AlongKernel))(grid, arguments);
        }
    }

    // What stands where an index on a GPU points nowhere.
    private static T Missing(DType dtype)
    {
        double nan = double.NaN;
        float narrow = float.NaN;
        F16 half = F16.Store(narrow);
        BF16 brief = BF16.Store(narrow);
        return dtype switch
        {
            DType.Float64 => *(T*)&nan,
            DType.Float32 => *(T*)&narrow,
            DType.Float16 => *(T*)&half,
            DType.BFloat16 => *(T*)&brief,
            _ => default,
        };
    }

    private static void RowKernel(Arguments a)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)a.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / a.Inner;
            int outer = row / a.Indices;
            long index = TIndex.Value(a.Index[row - (outer * a.Indices)]);
            a.Output[i] = index >= 0 && index < a.Length
                ? a.Input[(((outer * a.Length) + (int)index) * a.Inner) + i - (row * a.Inner)]
                : a.Missing;
        }
    }

    private static void AlongKernel(Arguments a)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)a.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex place = a.Nest.Index(i);
            long index = TIndex.Value(a.Index[a.Nest.A.At(place)]);
            a.Output[a.Nest.Output.At(place)] = index >= 0 && index < a.Length
                ? a.Input[a.Nest.B.At(place) + ((int)index * a.Stride)]
                : a.Missing;
        }
    }

    private readonly struct RowLoop(T* output, T* input, TIndex* indices, GatherSizes sizes) : IRangeBody
    {
        public void Run(int start, int end)
        {
            int inner = sizes.Inner;
            int outer = start / sizes.Indices;
            int at = start - (outer * sizes.Indices);
            T* to = output + ((long)start * inner);
            T* table = input + ((long)outer * sizes.Length * inner);
            for (int row = start; row < end; row++, to += inner)
            {
                T* from = table + (TIndex.Value(indices[at]) * inner);
                if (inner == 1)
                {
                    *to = *from;
                }
                else
                {
                    new ReadOnlySpan<T>(from, inner).CopyTo(new Span<T>(to, inner));
                }

                if (++at == sizes.Indices)
                {
                    at = 0;
                    table += (long)sizes.Length * inner;
                }
            }
        }
    }

    private readonly struct AlongLoop(LoopNest nest, T* output, T* input, TIndex* indices, int axisStride) : IRangeBody
    {
        private readonly LoopNest _nest = nest;

        public void Run(int start, int end)
        {
            int strideTo = _nest.InnerStride(0);
            int strideIndex = _nest.InnerStride(1);
            int strideFrom = _nest.InnerStride(2);
            if (_nest.Rank <= 1)
            {
                Row(
                    output + ((long)start * strideTo), indices + ((long)start * strideIndex), input + ((long)start * strideFrom), strideTo,
                    strideIndex, strideFrom, end - start);
                return;
            }

            for (int outer = start; outer < end; outer++)
            {
                Row(
                    output + _nest.OuterOffset(0, outer), indices + _nest.OuterOffset(1, outer), input + _nest.OuterOffset(2, outer),
                    strideTo, strideIndex, strideFrom, _nest.InnerLength);
            }
        }

        private void Row(T* to, TIndex* index, T* from, int strideTo, int strideIndex, int strideFrom, int length)
        {
            long along = axisStride;
            for (long i = 0; i < length; i++)
            {
                to[i * strideTo] = from[(i * strideFrom) + (TIndex.Value(index[i * strideIndex]) * along)];
            }
        }
    }

    internal struct Arguments
    {
        internal ArrayView<T> Output;
        internal ArrayView<T> Input;
        internal ArrayView<TIndex> Index;
        internal GpuNest Nest;
        internal T Missing;
        internal int Count;
        internal int Indices;
        internal int Length;
        internal int Inner;
        internal int Stride;

        internal static Arguments Of(in Operand output, in Operand input, in Operand indices) => new()
        {
            Output = output.View<T>(),
            Input = input.View<T>(),
            Index = indices.View<TIndex>(),
            Missing = Gather<T, TIndex>.Missing(input.DType),
        };
    }

    private readonly struct RowKey;

    private readonly struct AlongKey;
}

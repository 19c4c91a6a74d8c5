using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Scattering of sums of one element type, on the host and on GPUs.</summary>
/// <remarks>Threads of the host share the target, not the indices: each adds all that comes to its part, in order.</remarks>
internal static unsafe class ScatterAdd<TScalar, TVector, T, TAtomic, TIndex>
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
    where T : unmanaged
    where TAtomic : unmanaged, IAtomic<T>
    where TIndex : unmanaged, IIndex<TIndex>
{
    // Elements for which a second thread pays, the most parts of a target, and elements of the smallest part, which are whole
    // cache lines. Every part reads all indices.
    private const int Grain = 16 * 1024;
    private const int MostParts = 8;
    private const int LeastPart = 32;

    internal static void Rows(in Operand target, in Operand source, in Operand indices, int axis, string name)
    {
        GatherSizes sizes = new(target, indices, axis);
        Device device = target.Device;
        if (device.IsHost)
        {
            GatherChecks.InRange<TIndex>(name, indices, axis, sizes.Length);
            device.CountLaunch();
            int part = source.Count < 2 * Grain
                ? sizes.Inner
                : Math.Min(sizes.Inner, ((sizes.Inner / MostParts / LeastPart) + 1) * LeastPart);
            int parts = (sizes.Inner + part - 1) / part;
            HostParallel.For(
                sizes.Outer * parts, Math.Max(1, Grain / Math.Max(1, sizes.Indices * part)),
                new RowLoop(target.Host<TScalar>(), source.Host<TScalar>(), indices.Host<TIndex>(), sizes, part, parts));
            return;
        }

        Arguments arguments = Arguments.Of(target, source, indices);
        arguments.Count = source.Count;
        arguments.Indices = sizes.Indices;
        arguments.Length = sizes.Length;
        arguments.Inner = sizes.Inner;
        device.Kernel<RowKey, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(RowKernel))(device.Grid(source.Count), arguments);
    }

    internal static void Along(in Operand target, in Operand source, in Operand indices, int axis)
    {
        Device device = target.Device;
        if (device.IsHost)
        {
            GatherChecks.InRange<TIndex>("ScatterAdd", indices, axis, target.Dims[axis]);
            device.CountLaunch();
            int shared = axis == 0 ? Math.Min(1, indices.Dims.Length - 1) : 0;
            for (int i = 0; i < indices.Dims.Length; i++)
            {
                shared = i != axis && indices.Dims[i] > indices.Dims[shared] ? i : shared;
            }

            // A vector has no other axis to share.
            bool alone = shared == axis || source.Count < 2 * Grain;
            int count = alone ? 1 : indices.Dims[shared];
            int grain = alone ? 1 : (count + MostParts - 1) / MostParts;
            HostParallel.For(count, grain, new AlongLoop(target, source, indices, axis, alone ? -1 : shared));
            return;
        }

        LoopNest nest = GatherSizes.Nest(source, indices, target, axis);
        Arguments arguments = Arguments.Of(target, source, indices);
        arguments.Length = target.Dims[axis];
        arguments.Stride = target.Strides[axis];
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            arguments.Nest = GpuNest.Of(nest, launch);
            device.Kernel<AlongKey, Action<KernelConfig, Arguments>>(
                static accelerator => accelerator.Launcher<Arguments>(AlongKernel))(grid, arguments);
        }
    }

    private static void RowKernel(Arguments a)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)a.Count; i += Grid.DimX * Group.DimX)
        {
            int row = i / a.Inner;
            int outer = row / a.Indices;
            long index = TIndex.Value(a.Index[row - (outer * a.Indices)]);
            if (index >= 0 && index < a.Length)
            {
                TAtomic.Add(ref a.Target[(((outer * a.Length) + (int)index) * a.Inner) + i - (row * a.Inner)], a.Source[i]);
            }
        }
    }

    private static void AlongKernel(Arguments a)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)a.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex place = a.Nest.Index(i);
            long index = TIndex.Value(a.Index[a.Nest.A.At(place)]);
            if (index >= 0 && index < a.Length)
            {
                TAtomic.Add(ref a.Target[a.Nest.B.At(place) + ((int)index * a.Stride)], a.Source[a.Nest.Output.At(place)]);
            }
        }
    }

    private readonly struct RowLoop(TScalar* target, TScalar* source, TIndex* indices, GatherSizes sizes, int part, int parts)
        : IRangeBody
    {
        public void Run(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                int outer = item / parts;
                int first = (item - (outer * parts)) * part;
                Add(
                    target + ((long)outer * sizes.Length * sizes.Inner) + first, source + ((long)outer * sizes.Indices * sizes.Inner) + first,
                    Math.Min(part, sizes.Inner - first));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Add(TScalar* table, TScalar* from, int length)
        {
            int width = sizeof(TVector) / sizeof(TScalar);
            int inner = sizes.Inner;
            for (int row = 0; row < sizes.Indices; row++, from += inner)
            {
                TScalar* to = table + (TIndex.Value(indices[row]) * inner);
                int i = 0;
                for (; i <= length - width; i += width)
                {
                    *(TVector*)(to + i) += *(TVector*)(from + i);
                }

                for (; i < length; i++)
                {
                    to[i] += from[i];
                }
            }
        }
    }

    private readonly struct AlongLoop(in Operand target, in Operand source, in Operand indices, int axis, int shared) : IRangeBody
    {
        private readonly TScalar* _target = target.Host<TScalar>();
        private readonly TScalar* _source = source.Host<TScalar>();
        private readonly TIndex* _index = indices.Host<TIndex>();
        private readonly int[] _dims = indices.Dims;
        private readonly int[] _targetStrides = target.Strides;
        private readonly int[] _sourceStrides = source.Strides;
        private readonly int[] _indexStrides = indices.Strides;
        private readonly int _axis = axis;
        private readonly int _shared = shared;

        public void Run(int start, int end)
        {
            LoopNest nest = default;
            for (int a = 0; a < _dims.Length; a++)
            {
                nest.Append(
                    a == _shared ? end - start : _dims[a], [_sourceStrides[a], _indexStrides[a], a == _axis ? 0 : _targetStrides[a]]);
            }

            TScalar* target = _target;
            TScalar* source = _source;
            TIndex* index = _index;
            if (_shared >= 0)
            {
                target += (long)start * _targetStrides[_shared];
                source += (long)start * _sourceStrides[_shared];
                index += (long)start * _indexStrides[_shared];
            }

            long along = _targetStrides[_axis];
            long strideFrom = nest.InnerStride(0);
            long strideIndex = nest.InnerStride(1);
            long strideTo = nest.InnerStride(2);
            for (int outer = 0; outer < nest.OuterCount; outer++)
            {
                TScalar* from = source + nest.OuterOffset(0, outer);
                TIndex* at = index + nest.OuterOffset(1, outer);
                TScalar* to = target + nest.OuterOffset(2, outer);
                for (long i = 0; i < nest.InnerLength; i++)
                {
                    to[(i * strideTo) + (TIndex.Value(at[i * strideIndex]) * along)] += from[i * strideFrom];
                }
            }
        }
    }

    internal struct Arguments
    {
        internal ArrayView<T> Target;
        internal ArrayView<T> Source;
        internal ArrayView<TIndex> Index;
        internal GpuNest Nest;
        internal int Count;
        internal int Indices;
        internal int Length;
        internal int Inner;
        internal int Stride;

        internal static Arguments Of(in Operand target, in Operand source, in Operand indices) => new()
        {
            Target = target.View<T>(),
            Source = source.View<T>(),
            Index = indices.View<TIndex>(),
        };
    }

    private readonly struct RowKey;

    private readonly struct AlongKey;
}

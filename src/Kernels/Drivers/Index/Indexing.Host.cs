using System.Globalization;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <content>The loops of the CPU. Threads that add share the table, not the indices: each adds all that comes to its part, in order.</content>
internal static unsafe partial class Indexing
{
    // Elements a thread takes at a time; for sums, half of those for which a second thread pays, the most parts of a table, and what
    // parts of its rows are multiples of: whole cache lines. Every part reads all indices.
    private const int Grain = 16 * 1024;
    private const int MostParts = 8;
    private const int PartUnit = 32;

    private static void GatherOnHost<T, TIndex>(in Places places)
        where T : unmanaged
        where TIndex : unmanaged, IIndex<TIndex>
    {
        RequireInRange<TIndex>(places);
        T* rows = places.Rows.Host<T>();
        T* table = places.Table.Host<T>();
        TIndex* indices = places.Indices.Host<TIndex>();
        if (places.Slices)
        {
            int[] dims = places.Dims;
            HostParallel.For(
                dims[0] * dims[1], Math.Max(1, Grain / dims[2]),
                new GatherSlices<T, TIndex>(rows, indices, table, dims[1], dims[2], (long)places.Length * dims[2]));
            return;
        }

        LoopNest nest = places.Nest;
        GatherElements<T, TIndex> loop = new(nest, places.Along, rows, indices, table);
        if (nest.Rank <= 1)
        {
            HostParallel.For(nest.InnerLength, Grain, loop);
        }
        else
        {
            HostParallel.For(nest.OuterCount, Math.Max(1, Grain / nest.InnerLength), loop);
        }
    }

    private static void ScatterOnHost<T, TVector, TIndex>(in Places places)
        where T : unmanaged, INumeric<T>
        where TVector : unmanaged, INumeric<TVector>
        where TIndex : unmanaged, IIndex<TIndex>
    {
        if (!places.Slices)
        {
            ScatterElementsOnHost<T, TIndex, Sum>(places);
            return;
        }

        RequireInRange<TIndex>(places);
        int[] dims = places.Dims;
        int inner = dims[2];
        int part = IsShared(places) ? Math.Min(inner, ((inner / MostParts / PartUnit) + 1) * PartUnit) : inner;
        int parts = (inner + part - 1) / part;
        HostParallel.For(
            dims[0] * parts, Math.Max(1, Grain / (dims[1] * part)),
            new ScatterSlices<T, TVector, TIndex>(
                places.Rows.Host<T>(), places.Indices.Host<TIndex>(), places.Table.Host<T>(), dims[1], inner, (long)places.Length * inner, part, parts));
    }

    private static bool IsShared(in Places places) => places.Rows.Count >= 2 * Grain;

    private static void ScatterElementsOnHost<T, TIndex, TReduction>(in Places places)
        where T : unmanaged, INumeric<T>
        where TIndex : unmanaged, IIndex<TIndex>
        where TReduction : unmanaged, INumericReduction
    {
        RequireInRange<TIndex>(places);
        int[] dims = places.Dims;

        // The longest axis but that of the indices is shared; a vector has none.
        int shared = -1;
        for (int i = 0; i < dims.Length && IsShared(places); i++)
        {
            shared = i != places.Axis && (shared < 0 || dims[i] > dims[shared]) ? i : shared;
        }

        int count = shared < 0 ? 1 : dims[shared];
        HostParallel.For(
            count, (count + MostParts - 1) / MostParts,
            new ScatterElements<T, TIndex, TReduction>(places, shared, places.Rows.Host<T>(), places.Indices.Host<TIndex>(), places.Table.Host<T>()));
    }

    private static void RequireInRange<TIndex>(in Places places)
        where TIndex : unmanaged, IIndex<TIndex>
    {
        TIndex* index = places.Indices.Host<TIndex>();
        LoopNest nest = LoopNest.Over(places.Indices.Dims, [places.Indices.Strides]);
        long stride = nest.InnerStride(0);
        for (int outer = 0; outer < nest.OuterCount; outer++)
        {
            TIndex* row = index + nest.OuterOffset(0, outer);
            ulong largest = 0;
            for (int i = 0; i < nest.InnerLength; i++)
            {
                // A negative index becomes the largest of all.
                largest = Math.Max(largest, (ulong)TIndex.Value(row[i * stride]));
            }

            if (largest >= (ulong)places.Length)
            {
                throw OutOfRange<TIndex>(places);
            }
        }
    }

    private static ArgumentException OutOfRange<TIndex>(in Places places)
        where TIndex : unmanaged, IIndex<TIndex>
    {
        Operand indices = places.Indices;
        int[] position = new int[indices.Dims.Length];
        for (int i = 0; ; i++)
        {
            int rest = i;
            long offset = 0;
            for (int a = position.Length - 1; a >= 0; a--)
            {
                (rest, position[a]) = Math.DivRem(rest, indices.Dims[a]);
                offset += (long)position[a] * indices.Strides[a];
            }

            long value = TIndex.Value(indices.Host<TIndex>()[offset]);
            if ((ulong)value >= (ulong)places.Length)
            {
                string range = places.Length == 0 ? "an empty axis" : $"0 … {places.Length - 1}";
                return new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{places.Name}: the index {value} at position [{string.Join(", ", position)}] is outside {range} along axis {places.Axis}. "
                    + $"Correct the indices, or make what they point into longer."));
            }
        }
    }

    private readonly struct GatherSlices<T, TIndex>(T* rows, TIndex* indices, T* table, int count, int inner, long whole) : IRangeBody
        where T : unmanaged
        where TIndex : unmanaged, IIndex<TIndex>
    {
        public void Run(int start, int end)
        {
            int outer = start / count;
            int at = start - (outer * count);
            T* to = rows + ((long)start * inner);
            T* part = table + (outer * whole);
            for (int row = start; row < end; row++, to += inner)
            {
                T* from = part + (TIndex.Value(indices[at]) * inner);
                if (inner == 1)
                {
                    *to = *from;
                }
                else
                {
                    new ReadOnlySpan<T>(from, inner).CopyTo(new Span<T>(to, inner));
                }

                if (++at == count)
                {
                    at = 0;
                    part += whole;
                }
            }
        }
    }

    private readonly struct GatherElements<T, TIndex>(LoopNest nest, long along, T* rows, TIndex* indices, T* table) : IRangeBody
        where T : unmanaged
        where TIndex : unmanaged, IIndex<TIndex>
    {
        private readonly LoopNest _nest = nest;

        public void Run(int start, int end)
        {
            long strideTo = _nest.InnerStride(0);
            long strideIndex = _nest.InnerStride(1);
            long strideFrom = _nest.InnerStride(2);
            if (_nest.Rank <= 1)
            {
                Row(
                    rows + (start * strideTo), indices + (start * strideIndex), table + (start * strideFrom), strideTo, strideIndex, strideFrom,
                    end - start);
                return;
            }

            for (int outer = start; outer < end; outer++)
            {
                Row(
                    rows + _nest.OuterOffset(0, outer), indices + _nest.OuterOffset(1, outer), table + _nest.OuterOffset(2, outer), strideTo,
                    strideIndex, strideFrom, _nest.InnerLength);
            }
        }

        private void Row(T* to, TIndex* index, T* from, long strideTo, long strideIndex, long strideFrom, int length)
        {
            for (long i = 0; i < length; i++)
            {
                to[i * strideTo] = from[(i * strideFrom) + (TIndex.Value(index[i * strideIndex]) * along)];
            }
        }
    }

    private readonly struct ScatterSlices<T, TVector, TIndex>(
        T* rows, TIndex* indices, T* table, int count, int inner, long whole, int part, int parts) : IRangeBody
        where T : unmanaged, INumeric<T>
        where TVector : unmanaged, INumeric<TVector>
        where TIndex : unmanaged, IIndex<TIndex>
    {
        public void Run(int start, int end)
        {
            for (int item = start; item < end; item++)
            {
                int outer = item / parts;
                int first = (item - (outer * parts)) * part;
                Add(table + (outer * whole) + first, rows + ((long)outer * count * inner) + first, Math.Min(part, inner - first));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Add(T* to, T* from, int length)
        {
            int width = sizeof(TVector) / sizeof(T);
            int stride = inner;
            for (int row = 0; row < count; row++, from += stride)
            {
                T* sum = to + (TIndex.Value(indices[row]) * stride);
                int i = 0;
                for (; i <= length - width; i += width)
                {
                    *(TVector*)(sum + i) += *(TVector*)(from + i);
                }

                for (; i < length; i++)
                {
                    sum[i] += from[i];
                }
            }
        }
    }

    private readonly struct ScatterElements<T, TIndex, TReduction>(Places places, int shared, T* rows, TIndex* indices, T* table) : IRangeBody
        where T : unmanaged, INumeric<T>
        where TIndex : unmanaged, IIndex<TIndex>
        where TReduction : unmanaged, INumericReduction
    {
        private readonly Places _places = places;

        public void Run(int start, int end)
        {
            LoopNest nest = default;
            for (int a = 0; a < _places.Dims.Length; a++)
            {
                nest.Append(
                    a == shared ? end - start : _places.Dims[a], [_places.RowStrides[a], _places.IndexStrides[a], _places.TableStrides[a]]);
            }

            long first = shared < 0 ? 0 : start;
            int at = Math.Max(shared, 0);
            long along = _places.Along;
            long strideFrom = nest.InnerStride(0);
            long strideIndex = nest.InnerStride(1);
            long strideTo = nest.InnerStride(2);
            for (int outer = 0; outer < nest.OuterCount; outer++)
            {
                T* from = rows + (first * _places.RowStrides[at]) + nest.OuterOffset(0, outer);
                TIndex* index = indices + (first * _places.IndexStrides[at]) + nest.OuterOffset(1, outer);
                T* to = table + (first * _places.TableStrides[at]) + nest.OuterOffset(2, outer);
                for (long i = 0; i < nest.InnerLength; i++)
                {
                    T* sum = to + (i * strideTo) + (TIndex.Value(index[i * strideIndex]) * along);
                    *sum = default(TReduction).Combine(*sum, from[i * strideFrom]);
                }
            }
        }
    }
}

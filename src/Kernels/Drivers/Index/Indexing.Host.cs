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
        LoopNest nest = places.Nest;
        GatherLoop<T, TIndex> loop = new(
            nest, places.Along, places.Rows.Host<T>(), places.Indices.Host<TIndex>(), places.Table.Host<T>());
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
        RequireInRange<TIndex>(places);

        // The longest axis but that of the indices is shared; a vector has none.
        int[] dims = places.Dims;
        int shared = -1;
        for (int i = 0; i < dims.Length && places.Rows.Count >= 2 * Grain; i++)
        {
            shared = i != places.Varying && (shared < 0 || dims[i] > dims[shared]) ? i : shared;
        }

        int count = shared < 0 ? 1 : dims[shared];
        int grain = (count + MostParts - 1) / MostParts;
        grain = shared == dims.Length - 1 ? (grain + PartUnit - 1) / PartUnit * PartUnit : grain;
        HostParallel.For(count, grain, new ScatterLoop<T, TVector, TIndex>(
            places, shared, places.Rows.Host<T>(), places.Indices.Host<TIndex>(), places.Table.Host<T>()));
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

    private readonly struct GatherLoop<T, TIndex>(LoopNest nest, long along, T* rows, TIndex* indices, T* table) : IRangeBody
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

            // Two axes are the rule, and then an offset is a product.
            bool flat = _nest.Rank == 2;
            long outerTo = _nest.Strides[0];
            long outerIndex = _nest.Strides[LoopNest.MaxRank];
            long outerFrom = _nest.Strides[2 * LoopNest.MaxRank];
            for (int outer = start; outer < end; outer++)
            {
                Row(
                    rows + (flat ? outer * outerTo : _nest.OuterOffset(0, outer)),
                    indices + (flat ? outer * outerIndex : _nest.OuterOffset(1, outer)),
                    table + (flat ? outer * outerFrom : _nest.OuterOffset(2, outer)), strideTo, strideIndex, strideFrom, _nest.InnerLength);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Row(T* to, TIndex* index, T* from, long strideTo, long strideIndex, long strideFrom, int length)
        {
            if (strideIndex == 0 && strideTo == 1 && strideFrom == 1)
            {
                new ReadOnlySpan<T>(from + (TIndex.Value(*index) * along), length).CopyTo(new Span<T>(to, length));
                return;
            }

            for (int i = 0; i < length; i++)
            {
                to[i * strideTo] = from[(i * strideFrom) + (TIndex.Value(index[i * strideIndex]) * along)];
            }
        }
    }

    private readonly struct ScatterLoop<T, TVector, TIndex>(Places places, int shared, T* rows, TIndex* indices, T* table) : IRangeBody
        where T : unmanaged, INumeric<T>
        where TVector : unmanaged, INumeric<TVector>
        where TIndex : unmanaged, IIndex<TIndex>
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
            T* from = rows + (first * _places.RowStrides[at]);
            TIndex* index = indices + (first * _places.IndexStrides[at]);
            T* to = table + (first * _places.TableStrides[at]);
            bool flat = nest.Rank == 2;
            for (int outer = 0; outer < nest.OuterCount; outer++)
            {
                Row(
                    nest, from + (flat ? outer * (long)nest.Strides[0] : nest.OuterOffset(0, outer)),
                    index + (flat ? outer * (long)nest.Strides[LoopNest.MaxRank] : nest.OuterOffset(1, outer)),
                    to + (flat ? outer * (long)nest.Strides[2 * LoopNest.MaxRank] : nest.OuterOffset(2, outer)));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Row(in LoopNest nest, T* from, TIndex* index, T* to)
        {
            long along = _places.Along;
            long strideFrom = nest.InnerStride(0);
            long strideIndex = nest.InnerStride(1);
            long strideTo = nest.InnerStride(2);
            int length = nest.InnerLength;
            if (strideIndex != 0 || strideFrom != 1 || strideTo != 1)
            {
                for (int i = 0; i < length; i++)
                {
                    to[(i * strideTo) + (TIndex.Value(index[i * strideIndex]) * along)] += from[i * strideFrom];
                }

                return;
            }

            to += TIndex.Value(*index) * along;
            int width = sizeof(TVector) / sizeof(T);
            int done = 0;
            for (; done <= length - width; done += width)
            {
                *(TVector*)(to + done) += *(TVector*)(from + done);
            }

            for (; done < length; done++)
            {
                to[done] += from[done];
            }
        }
    }
}

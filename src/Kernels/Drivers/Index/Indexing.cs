using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Takes elements from where indices point, and adds elements there.</summary>
/// <remarks>
/// <para>Indices are contiguous, Int32 or Int64. One that is outside its axis is an error on <see cref="Device.Cpu"/>, thrown before
/// anything is written; elsewhere, where looking would mean waiting, what it points at is NaN, or 0 if the elements are not floating
/// point, and in a sum it is left out.</para>
/// <para>Slices: with a table [V, D], indices [A, B] and axis 0 the rows are [A, B, D], and <c>rows[a, b, d]</c> belongs to
/// <c>table[indices[a, b], d]</c>. Single elements: <c>rows[i, j]</c> belongs to <c>table[indices[i, j], j]</c>.</para>
/// </remarks>
internal static partial class Indexing
{
    /// <summary>rows = what stands in the table. They do not overlap; for slices both are contiguous.</summary>
    internal static void Gather(in Operand rows, in Operand table, in Operand indices, int axis, bool slices, string name)
    {
        if (rows.Count > 0)
        {
            Places places = new(name, rows, table, indices, axis, slices);
            Dispatch.Size(table.DType, new Gathering(places));
        }
    }

    /// <summary>
    /// table += rows: the transpose of <see cref="Gather"/>, and so its gradient. Elements are Float32, Float64, Int32 or Int64. The table
    /// overlaps neither rows nor indices, and has no element twice.
    /// </summary>
    /// <remarks>
    /// On <see cref="Device.Cpu"/> what meets in one place is added up in the order of the indices, whatever the number of
    /// threads. GPUs add atomically, in no fixed order: floating-point sums may differ in the last digits from run to run.
    /// </remarks>
    /// <exception cref="ArgumentException">There is no arithmetic for the elements, or an index is out of range.</exception>
    internal static void ScatterAdd(in Operand table, in Operand rows, in Operand indices, int axis, bool slices, string name)
    {
        if (rows.Count > 0)
        {
            Places places = new(name, rows, table, indices, axis, slices);
            Dispatch.Numeric(name, table.DType, table.Device, new Scattering(places));
        }
    }

    /// <summary>Int32: each element of the table becomes the largest of itself and the single elements of the rows that come there.</summary>
    /// <exception cref="ArgumentException">An index is out of range.</exception>
    internal static void ScatterLargest(in Operand table, in Operand rows, in Operand indices, int axis, string name)
    {
        Debug.Assert(table.DType == DType.Int32, "Int32, which GPUs compare atomically");
        if (rows.Count > 0)
        {
            Places places = new(name, rows, table, indices, axis, slices: false);
            Dispatch.Index(indices.DType, new ScatteringLargest(places));
        }
    }

    /// <summary>
    /// The loops over rows and indices, and where the table's elements stand but for the index, which counts <see cref="Along"/> elements.
    /// Slices are [outer, indices, inner], so that one index stands for a whole inner loop.
    /// </summary>
    internal readonly struct Places
    {
        internal readonly string Name;
        internal readonly Operand Rows;
        internal readonly Operand Table;
        internal readonly Operand Indices;
        internal readonly int Axis;
        internal readonly int[] Dims;
        internal readonly int[] RowStrides;
        internal readonly int[] IndexStrides;
        internal readonly int[] TableStrides;
        internal readonly int Along;
        internal readonly bool Slices;

        internal Places(string name, in Operand rows, in Operand table, in Operand indices, int axis, bool slices)
        {
            (Name, Rows, Table, Indices, Axis, Slices) = (name, rows, table, indices, axis, slices);
            if (slices)
            {
                Debug.Assert(rows.IsContiguous && table.IsContiguous && indices.IsContiguous, "slices are contiguous");
                int inner = 1;
                for (int i = axis + 1; i < table.Dims.Length; i++)
                {
                    inner *= table.Dims[i];
                }

                int count = indices.Count;
                Dims = [rows.Count / (count * inner), count, inner];
                RowStrides = [count * inner, inner, 1];
                IndexStrides = [0, 1, 0];
                TableStrides = [Length * inner, 0, 1];
                Along = inner;
            }
            else
            {
                Dims = indices.Dims;
                RowStrides = rows.Strides;
                IndexStrides = indices.Strides;
                TableStrides = [.. table.Strides];
                TableStrides[axis] = 0;
                Along = table.Strides[axis];
            }
        }

        internal int Length => Table.Dims[Axis];

        internal LoopNest Nest => LoopNest.Over(Dims, [RowStrides, IndexStrides, TableStrides]);
    }

    private readonly ref struct Gathering(in Places places) : ISizeVisitor
    {
        private readonly ref readonly Places _places = ref places;

        public void Visit<T>()
            where T : unmanaged => Dispatch.Index(_places.Indices.DType, new GatheringOf<T>(_places));
    }

    private readonly ref struct GatheringOf<T>(in Places places) : IIndexVisitor
        where T : unmanaged
    {
        private readonly ref readonly Places _places = ref places;

        public void Visit<TIndex>()
            where TIndex : unmanaged, IIndex<TIndex>
        {
            if (_places.Table.Device.StartsOnHost())
            {
                GatherOnHost<T, TIndex>(_places);
            }
            else
            {
                GatherOnGpu<T, TIndex>(_places);
            }
        }
    }

    private readonly ref struct Scattering(in Places places) : INumericVisitor
    {
        private readonly ref readonly Places _places = ref places;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, INumeric<TVector>
        {
            Debug.Assert(typeof(TStored) == typeof(TScalar), "16-bit floats are added in Float32");
            Dispatch.Index(_places.Indices.DType, new ScatteringOf<TScalar, TVector>(_places));
        }
    }

    private readonly ref struct ScatteringOf<T, TVector>(in Places places) : IIndexVisitor
        where T : unmanaged, INumeric<T>
        where TVector : unmanaged, INumeric<TVector>
    {
        private readonly ref readonly Places _places = ref places;

        public void Visit<TIndex>()
            where TIndex : unmanaged, IIndex<TIndex>
        {
            if (_places.Table.Device.StartsOnHost())
            {
                ScatterOnHost<T, TVector, TIndex>(_places);
            }
            else
            {
                ScatterOnGpu<T, TIndex>(_places);
            }
        }
    }

    private readonly ref struct ScatteringLargest(in Places places) : IIndexVisitor
    {
        private readonly ref readonly Places _places = ref places;

        public void Visit<TIndex>()
            where TIndex : unmanaged, IIndex<TIndex>
        {
            if (_places.Table.Device.StartsOnHost())
            {
                ScatterElementsOnHost<I32, TIndex, Largest>(_places);
            }
            else
            {
                ScatterLargestOnGpu<TIndex>(_places);
            }
        }
    }
}

/// <summary>An index as it stands in memory.</summary>
internal interface IIndex<T>
    where T : unmanaged, IIndex<T>
{
    static abstract long Value(T index);
}

/// <summary>An Int32 index.</summary>
internal readonly struct Index32(int value) : IIndex<Index32>
{
    private readonly int _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Value(Index32 index) => index._value;
}

/// <summary>An Int64 index.</summary>
internal readonly struct Index64(long value) : IIndex<Index64>
{
    private readonly long _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Value(Index64 index) => index._value;
}

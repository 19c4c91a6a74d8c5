using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of a function of rows: a group of threads a row, which adds up in shared memory.</summary>
/// <remarks>Few short rows of a loss are one group's work, a thread a row, which adds up the losses then: one launch.</remarks>
internal static class GpuRows<TOp, TScalar>
    where TOp : unmanaged, IRowOp
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
{
    // What one group does in about the time that a launch takes.
    private const int FewRows = 1024;
    private const int FewColumns = 32;

    // For sums of columns: groups enough to occupy a GPU, and the fewest elements of a thread in a piece.
    private const int ManyGroups = 256;
    private const int ThreadElements = 16;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run<TColumns>(in RowOperands x, in NormGradients sums)
        where TColumns : unmanaged, IRowColumns
    {
        Device device = x.A.Device;
        Arguments a = Arguments.Of(x);
        if (x.Output is not null || TColumns.Columns == 0)
        {
            device.Launch(new KernelConfig(a.Rows, GroupTree.Size(device, a.Columns)), RowsKernel, a);
        }

        if (TColumns.Columns == 0)
        {
            return;
        }

        int size = GroupTree.Size(device, GroupTree.LargestGroup);
        a.Lanes = Math.Max(1, size / 8);
        a.Tiles = (a.Columns + a.Lanes - 1) / a.Lanes;
        int most = Math.Max(1, Math.Min(ManyGroups / a.Tiles, a.Rows / (size / a.Lanes * ThreadElements)));
        a.PieceRows = (a.Rows + most - 1) / most;
        a.Pieces = (a.Rows + a.PieceRows - 1) / a.PieceRows;
        using Scratch partials = Scratch.Rent(device, x.A.DType, [TColumns.Columns * a.Pieces * a.Columns]);
        a.Output = partials.Operand.View<TScalar>();
        device.Launch(new KernelConfig(a.Tiles * a.Pieces, size), ColumnsKernel<TColumns>, a);
        Rows.Join(partials.Operand, a.Pieces, a.Columns, sums);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Total(in RowOperands x, in Operand total, in Operand divisor, bool mean)
    {
        Device device = x.A.Device;
        Arguments a = Arguments.Of(x);
        a.Few = a.Rows <= FewRows && a.Columns <= FewColumns ? 1 : 0;
        if (a.Few == 0 && a.Rows > 0)
        {
            device.Launch(new KernelConfig(a.Rows, GroupTree.Size(device, a.Columns)), RowsKernel, a);
        }

        a.Total = total.View<TScalar>();
        a.Divisor = divisor.View<TScalar>();
        a.Mean = mean ? 1 : 0;
        device.Launch(new KernelConfig(1, GroupTree.Size(device, a.Rows)), TotalKernel, a);
    }

    private static void RowsKernel(Arguments a)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        Row<WholeGroup>(a, Grid.IdxX, shared);
    }

    private static void TotalKernel(Arguments a)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        TScalar sum = 0;
        TScalar count = 0;
        for (int row = Group.IdxX; row < a.Rows; row += Group.DimX)
        {
            if (a.Few != 0)
            {
                Row<OneThread>(a, row, shared);
            }

            sum += a.LastQ[row];
            int column = a.Column(row);
            if (column >= 0)
            {
                count += a.Weight(column);
            }
            else
            {
                count += column == -1 ? 0 : double.NaN;
            }
        }

        sum = GroupTree.Sum(shared, sum);
        count = GroupTree.Sum(shared, count);
        if (Group.IdxX == 0)
        {
            count = a.Mean != 0 ? count : 1;
            a.Total[0] = sum / count;
            a.Divisor[0] = count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TTeam>(Arguments a, int row, ArrayView<TScalar> shared)
        where TTeam : unmanaged, ITeam
    {
        int start = row * a.Columns;
        int mask = a.HasMask == 0 ? 0 : row / a.MaskRepeat % a.MaskRows * a.Columns;
        int column = Has(RowParts.Label) ? a.Column(row) : 0;
        RowStats<TScalar> s = a.First(row);
        RowLabel<TScalar> label = default;
        if (Has(RowParts.Label))
        {
            if (column >= 0)
            {
                label.Own = a.A[start + column];
                label.Weight = a.Weight(column);
            }

            label.State = column >= 0 ? 1 : column == -1 ? 0 : double.NaN;
        }

        s = Fold<TTeam>(a, 0, start, mask, s, label, shared);
        if (TOp.Sums(1) > 0)
        {
            s = Fold<TTeam>(a, 1, start, mask, s, label, shared);
        }

        if (a.Writes != 0)
        {
            for (int c = TTeam.Index; c < a.Columns; c += TTeam.Size)
            {
                TScalar value = TOp.Write(a.Element(2, start, mask, c), s);
                if (Has(RowParts.Label))
                {
                    value = column == -1 ? 0 : c == column ? value - s.R : value;
                }

                a.Output[start + c] = value;
            }
        }

        if (TTeam.Index == 0)
        {
            if (a.HasLastP != 0)
            {
                a.LastP[row] = s.P;
            }

            if (a.HasLastQ != 0)
            {
                a.LastQ[row] = s.Q;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static RowStats<TScalar> Fold<TTeam>(
        Arguments a, int fold, int start, int mask, RowStats<TScalar> s, RowLabel<TScalar> label, ArrayView<TScalar> shared)
        where TTeam : unmanaged, ITeam
    {
        bool takesMax = fold == 0 && Has(RowParts.Max);
        RowSums<TScalar> sums = default;
        if (TOp.Sums(fold) > 0)
        {
            if (takesMax)
            {
                sums.A = double.NegativeInfinity;
            }

            for (int c = TTeam.Index; c < a.Columns; c += TTeam.Size)
            {
                RowElement<TScalar> e = a.Element(fold, start, mask, c);
                if (Has(fold == 0 ? RowParts.KeepsFirst : RowParts.KeepsSecond))
                {
                    e.A = TOp.Keep(e, s);
                    a.Kept[start + c] = e.A;
                }

                RowSums<TScalar> terms = TOp.Terms(fold, e, s);
                sums.A = takesMax ? TScalar.Max(sums.A, terms.A) : sums.A + terms.A;
                if (TOp.Sums(fold) > 1)
                {
                    sums.B += terms.B;
                }

                if (TOp.Sums(fold) > 2)
                {
                    sums.C += terms.C;
                }
            }

            sums.A = takesMax ? TTeam.Max(shared, sums.A) : TTeam.Sum(shared, sums.A);
            if (TOp.Sums(fold) > 1)
            {
                sums.B = TTeam.Sum(shared, sums.B);
            }

            if (TOp.Sums(fold) > 2)
            {
                sums.C = TTeam.Sum(shared, sums.C);
            }
        }

        TScalar n = a.Columns;
        return TOp.Settle(fold, sums, s, label, n);
    }

    private static void ColumnsKernel<TColumns>(Arguments a)
        where TColumns : unmanaged, IRowColumns
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int piece = Grid.IdxX / a.Tiles;
        int column = ((Grid.IdxX - (piece * a.Tiles)) * a.Lanes) + (Group.IdxX % a.Lanes);
        int end = column < a.Columns ? IntrinsicMath.Min(a.Rows, (piece + 1) * a.PieceRows) : 0;
        TScalar gain = 0;
        TScalar shift = 0;
        for (int row = (piece * a.PieceRows) + (Group.IdxX / a.Lanes); row < end; row += Group.DimX / a.Lanes)
        {
            RowElement<TScalar> e = a.Element(0, row * a.Columns, 0, column);
            RowStats<TScalar> s = a.First(row);
            gain = TColumns.Add(0, gain, e, s);
            shift = TColumns.Add(1, shift, e, s);
        }

        gain = GroupTree.Sum(shared, gain, a.Lanes);
        shift = GroupTree.Sum(shared, shift, a.Lanes);
        if (Group.IdxX < a.Lanes && column < a.Columns)
        {
            a.Output[(piece * a.Columns) + column] = gain;
            if (TColumns.Columns > 1)
            {
                a.Output[((a.Pieces + piece) * a.Columns) + column] = shift;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Has(RowParts part) => (TOp.Parts & part) != 0;

    internal struct Arguments
    {
        internal ArrayView<TScalar> A;
        internal ArrayView<TScalar> B;
        internal ArrayView<TScalar> G;
        internal ArrayView<TScalar> H;
        internal ArrayView<TScalar> Output;
        internal ArrayView<TScalar> Kept;
        internal ArrayView<TScalar> FirstP;
        internal ArrayView<TScalar> FirstQ;
        internal ArrayView<TScalar> FirstR;
        internal ArrayView<TScalar> LastP;
        internal ArrayView<TScalar> LastQ;
        internal ArrayView<TScalar> Total;
        internal ArrayView<TScalar> Divisor;
        internal ArrayView<byte> Mask;
        internal ArrayView<byte> Labels;
        internal TScalar R;
        internal TScalar S;
        internal long Ignored;
        internal int Rows;
        internal int Columns;
        internal int HasG;
        internal int HasH;
        internal int HasMask;
        internal int HasFirstP;
        internal int HasFirstQ;
        internal int HasFirstR;
        internal int HasLastP;
        internal int HasLastQ;
        internal int Writes;
        internal int StrideQ;
        internal int MaskRepeat;
        internal int MaskRows;
        internal int LabelSize;
        internal int Few;
        internal int Mean;
        internal int Lanes;
        internal int Tiles;
        internal int Pieces;
        internal int PieceRows;

        // Views that a kernel does not use must be valid all the same.
        internal static Arguments Of(in RowOperands x)
        {
            ArrayView<TScalar> any = x.A.View<TScalar>();
            return new()
            {
                A = any,
                B = View(x.B, any),
                G = View(x.G, any),
                H = View(x.H, any),
                Output = View(x.Output, any),
                Kept = View(x.Kept ?? x.Output, any),
                FirstP = View(x.FirstP, any),
                FirstQ = View(x.FirstQ, any),
                FirstR = View(x.FirstR, any),
                LastP = View(x.LastP, any),
                LastQ = View(x.LastQ, any),
                Total = any,
                Divisor = any,
                Mask = x.Mask is { } mask ? mask.View<byte>() : any.Cast<byte>(),
                Labels = x.Labels is { } labels
                    ? labels.Block.View<byte>((long)labels.Offset * labels.DType.Size, (long)labels.Count * labels.DType.Size)
                    : any.Cast<byte>(),
                R = TScalar.FromDouble(x.R),
                S = TScalar.FromDouble(x.S),
                Ignored = x.IgnoredLabel ?? long.MinValue,
                Rows = x.Rows,
                Columns = x.Columns,
                HasG = x.G is null ? 0 : 1,
                HasH = x.H is null ? 0 : 1,
                HasMask = x.Mask is null ? 0 : 1,
                HasFirstP = x.FirstP is null ? 0 : 1,
                HasFirstQ = x.FirstQ is null ? 0 : 1,
                HasFirstR = x.FirstR is null ? 0 : 1,
                HasLastP = x.LastP is null ? 0 : 1,
                HasLastQ = x.LastQ is null ? 0 : 1,
                Writes = x.Output is null ? 0 : 1,
                StrideQ = x.FirstQ is { Count: 1 } ? 0 : 1,
                MaskRepeat = x.MaskRepeat,
                MaskRows = x.Mask is { } rows ? rows.Dims[0] : 1,
                LabelSize = x.Labels is { } given ? given.DType.Size : 0,
            };
        }

        private static ArrayView<TScalar> View(in Operand? operand, ArrayView<TScalar> any) =>
            operand is { } given ? given.View<TScalar>() : any;

        /// <summary>What a row's statistics begin with.</summary>
        internal readonly RowStats<TScalar> First(int row)
        {
            RowStats<TScalar> s = default;
            s.R = R;
            s.S = S;
            if (HasFirstP != 0)
            {
                s.P = FirstP[row];
            }

            if (HasFirstQ != 0)
            {
                s.Q = FirstQ[row * StrideQ];
            }

            if (HasFirstR != 0)
            {
                s.R = FirstR[0];
            }

            return s;
        }

        /// <summary>An element of a row, in a fold or, as number 2, in the write.</summary>
        internal readonly RowElement<TScalar> Element(int step, int start, int mask, int column)
        {
            RowElement<TScalar> e = default;
            e.A = (step > 0 && Has(RowParts.KeepsFirst)) || (step > 1 && Has(RowParts.KeepsSecond)) ? Kept[start + column] : A[start + column];
            if (Has(RowParts.B))
            {
                e.B = B[start + column];
            }

            if (Has(RowParts.G))
            {
                e.G = Weight(column);
            }

            if (Has(RowParts.H) && HasH != 0)
            {
                e.H = H[column];
            }

            if (Has(RowParts.Mask))
            {
                e.H = Mask[mask + column] != 0 ? 1 : 0;
            }

            return e;
        }

        /// <summary>The gain or the weight of a column.</summary>
        internal readonly TScalar Weight(int column)
        {
            TScalar weight = 1;
            if (HasG != 0)
            {
                weight = G[column];
            }

            return weight;
        }

        /// <summary>The column that a row's label points at: -1 if it is ignored, -2 if there is none.</summary>
        internal readonly int Column(int row)
        {
            long label;
            if (LabelSize == 1)
            {
                label = Labels[row] & 0xFF;
            }
            else if (LabelSize == 4)
            {
                label = Labels.Cast<int>()[row];
            }
            else
            {
                label = Labels.Cast<long>()[row];
            }

            int column = (label >= 0) & (label < Columns) ? (int)label : -2;
            return label == Ignored ? -1 : column;
        }
    }

    /// <summary>The threads that share a row.</summary>
    internal interface ITeam
    {
        static abstract int Index { get; }

        static abstract int Size { get; }

        static abstract T Sum<T>(ArrayView<T> shared, T value)
            where T : unmanaged, INumeric<T>;

        static abstract T Max<T>(ArrayView<T> shared, T value)
            where T : unmanaged, INumeric<T>;
    }

    internal readonly struct WholeGroup : ITeam
    {
        public static int Index => Group.IdxX;

        public static int Size => Group.DimX;

        public static T Sum<T>(ArrayView<T> shared, T value)
            where T : unmanaged, INumeric<T> => GroupTree.Sum(shared, value);

        public static T Max<T>(ArrayView<T> shared, T value)
            where T : unmanaged, INumeric<T> => GroupTree.Max(shared, value);
    }

    internal readonly struct OneThread : ITeam
    {
        public static int Index => 0;

        public static int Size => 1;

        public static T Sum<T>(ArrayView<T> shared, T value)
            where T : unmanaged, INumeric<T> => value;

        public static T Max<T>(ArrayView<T> shared, T value)
            where T : unmanaged, INumeric<T> => value;
    }
}

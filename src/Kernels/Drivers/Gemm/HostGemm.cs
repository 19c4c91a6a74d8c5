using System.Numerics;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>Matrix products on the host: chooses the registers, the way through memory and the split over cores.</summary>
/// <remarks>
/// Threads share out rectangles of C. Every element is one sum in an order that depends on the shape only, so a result does not
/// depend on the number of threads.
/// </remarks>
internal static unsafe class HostGemm
{
    // Below this many multiply-adds waking another core costs more than it brings.
    private const long ParallelFrom = 128 * 1024;

    // Multiply-adds that one task should have at least, where there is enough work to even out the load.
    private const long TaskWork = 4 * 1024 * 1024;

    /// <summary>Runs a batch of products with the widest registers that the processor has.</summary>
    internal static void Run<T, TAct>(TAct activation, in GemmArguments<T> arguments)
        where T : unmanaged, IFloatingPoint<T>
        where TAct : unmanaged, IUnaryOp
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Run<T, Simd512<T>, TAct>(activation, arguments);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Run<T, Simd256<T>, TAct>(activation, arguments);
        }
        else
        {
            Run<T, Simd128<T>, TAct>(activation, arguments);
        }
    }

    /// <summary>The same with registers of the caller's choice.</summary>
    internal static void Run<T, TSimd, TAct>(TAct activation, in GemmArguments<T> arguments)
        where T : unmanaged, IFloatingPoint<T>
        where TSimd : unmanaged, ISimd<TSimd, T>
        where TAct : unmanaged, IUnaryOp
    {
        if (arguments.Batch == 0 || arguments.Rows == 0 || arguments.Columns == 0)
        {
            return;
        }

        Loop<T, TSimd, TAct> loop = new(activation, arguments);
        HostParallel.For(loop.Tasks, 1, loop);
    }

    private struct Loop<T, TSimd, TAct> : IRangeBody
        where T : unmanaged, IFloatingPoint<T>
        where TSimd : unmanaged, ISimd<TSimd, T>
        where TAct : unmanaged, IUnaryOp
    {
        private readonly TAct _activation;
        private readonly GemmArguments<T> _g;
        private readonly bool _dot;
        private int _rowUnit;
        private int _columnUnit;
        private int _rowParts;
        private int _columnParts;

        internal Loop(TAct activation, in GemmArguments<T> g)
        {
            _activation = activation;
            _g = g;
            if (g.Columns == 1 && g.ColumnA != 1 && g.RowC == 1 && g.Bias is null)
            {
                // A column of C that is contiguous is as well a row: C' = B' A'.
                _g.A = g.B;
                _g.B = g.A;
                (_g.Rows, _g.Columns) = (1, g.Rows);
                (_g.RowA, _g.ColumnA, _g.BatchA) = (g.ColumnB, g.RowB, g.BatchB);
                (_g.RowB, _g.ColumnB, _g.BatchB) = (g.ColumnA, g.RowA, g.BatchA);
            }

            _dot = UsesDot(_g);
            _rowUnit = _dot ? TSimd.DotRows : TSimd.Rows;
            _columnUnit = _dot ? TSimd.DotColumns : 2 * TSimd.Count;
            _rowParts = 1;
            _columnParts = 1;
            long work = (long)_g.Batch * _g.Rows * _g.Columns * _g.Depth;
            if (work > ParallelFrom && HostParallel.Threads > 1)
            {
                Split(work);
            }
        }

        internal readonly int Tasks => _g.Batch * _rowParts * _columnParts;

        public readonly void Run(int start, int end)
        {
            for (int task = start; task < end; task++)
            {
                int batch = task / (_rowParts * _columnParts);
                int part = task % (_rowParts * _columnParts);
                (int i0, int i1) = Range(part / _columnParts, _rowParts, _rowUnit, _g.Rows);
                (int j0, int j1) = Range(part % _columnParts, _columnParts, _columnUnit, _g.Columns);
                if (_dot)
                {
                    GemmDots<T, TSimd, TAct>.Run(_activation, _g, batch, i0, i1, j0, j1);
                }
                else
                {
                    GemmBlocks<T, TSimd, TAct>.Run(_activation, _g, batch, i0, i1, j0, j1);
                }
            }
        }

        // Dot products need no packing but have lanes to add up; see GemmDot.
        private static bool UsesDot(in GemmArguments<T> g)
        {
            if (g.ColumnA != 1 || g.RowB != 1 || g.Depth < TSimd.Count)
            {
                return false;
            }

            return 11L * g.Rows < g.Depth || g.Rows <= 4 || g.Columns * (g.Depth + (5L * TSimd.Count)) < (long)TSimd.Count * g.Depth;
        }

        private static (int Start, int End) Range(int part, int parts, int unit, int count)
        {
            int units = (count + unit - 1) / unit;
            int start = (int)((long)units * part / parts) * unit;
            int end = (int)((long)units * (part + 1) / parts) * unit;
            return (start, Math.Min(end, count));
        }

        // Chooses the grid of tasks with the least estimated time: whole tiles, and the packing that each task does for itself.
        private void Split(long work)
        {
            int rowUnits = (_g.Rows + _rowUnit - 1) / _rowUnit;
            int columnUnits = (_g.Columns + _columnUnit - 1) / _columnUnit;
            int threads = HostParallel.Threads;
            long wanted = threads * Math.Clamp(work / (threads * TaskWork), 1, 4);
            double best = double.MaxValue;
            for (int rowParts = 1; rowParts <= Math.Min(rowUnits, wanted); rowParts++)
            {
                int columnParts = (int)Math.Clamp((wanted + ((long)rowParts * _g.Batch) - 1) / ((long)rowParts * _g.Batch), 1, columnUnits);
                int rows = (rowUnits + rowParts - 1) / rowParts * _rowUnit;
                int columns = (columnUnits + columnParts - 1) / columnParts * _columnUnit;
                long rounds = (((long)_g.Batch * rowParts * columnParts) + threads - 1) / threads;
                double time = rounds * (((double)rows * columns / TSimd.Count) + (0.3 * rows) + (0.5 * columns));
                if (time < best)
                {
                    best = time;
                    _rowParts = rowParts;
                    _columnParts = columnParts;
                }
            }
        }
    }
}

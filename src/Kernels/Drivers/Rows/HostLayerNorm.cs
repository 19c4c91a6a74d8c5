using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of layer norm.</summary>
internal static unsafe class HostLayerNorm<TScalar, TVector>
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Elements a thread takes at a time.
    private const int Grain = 8 * 1024;

    // Elements that are added up one after the other before their sum joins the total: a multiple of all registers.
    private const int Block = 1024;

    // Rows of a piece, over which the gradients of scale and shift are added up one after the other.
    private const int LeastRows = 16;
    private const int MostRows = 256;

    internal static void Forward(in LayerNormForward arguments)
    {
        if (arguments.Residual is null)
        {
            Forward<InputAlone>(arguments);
        }
        else
        {
            Forward<InputAndResidual>(arguments);
        }
    }

    internal static void Backward(in LayerNormBackward arguments)
    {
        int columns = arguments.X.Dims[^1];
        int rows = arguments.X.Count / columns;
        int pieceRows = Math.Clamp(2 * Grain / columns, LeastRows, MostRows);
        int pieces = (rows + pieceRows - 1) / pieceRows;
        if (!arguments.HasSums)
        {
            HostParallel.For(pieces, 1, new BackwardLoop(arguments, rows, columns, pieceRows, null, pieces));
            return;
        }

        using Scratch partials = Scratch.Rent(arguments.X.Device, arguments.X.DType, [2 * pieces * columns]);
        HostParallel.For(
            pieces, 1, new BackwardLoop(arguments, rows, columns, pieceRows, partials.Operand.Host<TScalar>(), pieces));
        arguments.Join(partials.Operand, pieces);
    }

    private static void Forward<TSource>(in LayerNormForward arguments)
        where TSource : unmanaged, INormSource
    {
        int columns = arguments.X.Dims[^1];
        HostParallel.For(arguments.X.Count / columns, Math.Max(1, Grain / columns), new ForwardLoop<TSource>(arguments, columns));
    }

    private static TScalar* Pointer(in Operand? operand) => operand is { } given ? given.Host<TScalar>() : null;

    private readonly struct ForwardLoop<TSource>(in LayerNormForward arguments, int columns) : IRangeBody
        where TSource : unmanaged, INormSource
    {
        private readonly HostNormSource<TScalar, TSource> _source = new(arguments.X, arguments.Residual, arguments.Y);
        private readonly TScalar* _x = arguments.X.Host<TScalar>();
        private readonly TScalar* _y = arguments.Y.Host<TScalar>();
        private readonly TScalar* _mean = arguments.Mean.Host<TScalar>();
        private readonly TScalar* _inverse = arguments.Inverse.Host<TScalar>();
        private readonly TScalar* _scale = Pointer(arguments.Scale);
        private readonly TScalar* _shift = Pointer(arguments.Shift);
        private readonly double _epsilon = arguments.Epsilon;
        private readonly int _columns = columns;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            int w = Lanes<TScalar, TVector>.Width;
            int columns = _columns;
            int full = columns / w * w;
            TVector one = 1;
            TVector zero = 0;
            for (int row = start; row < end; row++)
            {
                TScalar* from = _x + ((long)row * columns);
                TScalar* to = _y + ((long)row * columns);
                TScalar mean = Sum(from, columns) / columns;
                from = _source.Kept(from);
                TVector m = Lanes<TScalar, TVector>.Fill(mean);
                double variance = TScalar.ToDouble(Squares(from, columns, m)) / columns;
                double inverse = 1 / Math.Sqrt(variance + _epsilon);
                _mean[row] = mean;
                _inverse[row] = inverse;
                TVector f = Lanes<TScalar, TVector>.Fill(inverse);

                // The sum may stand where the output goes: the tail is read before the registers that it overlaps are written.
                TVector tail = full < columns ? Lanes<TScalar, TVector>.LoadTail(from, columns) : zero;
                for (int i = 0; i < full; i += w)
                {
                    TVector z = (*(TVector*)(from + i) - m) * f;
                    TVector scale = _scale == null ? one : *(TVector*)(_scale + i);
                    *(TVector*)(to + i) = TVector.MultiplyAdd(z, scale, _shift == null ? zero : *(TVector*)(_shift + i));
                }

                if (full < columns)
                {
                    TVector z = (tail - m) * f;
                    TVector scale = _scale == null ? one : Lanes<TScalar, TVector>.LoadTail(_scale, columns);
                    TVector shift = _shift == null ? zero : Lanes<TScalar, TVector>.LoadTail(_shift, columns);
                    Lanes<TScalar, TVector>.StoreTail(to, columns, TVector.MultiplyAdd(z, scale, shift));
                }
            }
        }

        private TScalar Sum(TScalar* row, int columns)
        {
            int w = Lanes<TScalar, TVector>.Width;
            int full = columns / w * w;
            TVector total = 0;
            for (int block = 0; block < full; block += Block)
            {
                int end = Math.Min(full, block + Block);
                TVector s0 = 0;
                TVector s1 = 0;
                int i = block;
                for (; i <= end - (2 * w); i += 2 * w)
                {
                    s0 += _source.First<TVector>(row, i);
                    s1 += _source.First<TVector>(row, i + w);
                }

                if (i < end)
                {
                    s0 += _source.First<TVector>(row, i);
                }

                total += s0 + s1;
            }

            if (full < columns)
            {
                total += TVector.IfGreaterOrEqual(
                    Lanes<TScalar, TVector>.Index, Lanes<TScalar, TVector>.Dead(columns),
                    _source.FirstTail<TVector>(row, columns), 0);
            }

            return Lanes<TScalar, TVector>.Sum(total);
        }

        private static TScalar Squares(TScalar* row, int columns, TVector mean)
        {
            int w = Lanes<TScalar, TVector>.Width;
            int full = columns / w * w;
            TVector total = 0;
            for (int block = 0; block < full; block += Block)
            {
                int end = Math.Min(full, block + Block);
                TVector s0 = 0;
                TVector s1 = 0;
                int i = block;
                for (; i <= end - (2 * w); i += 2 * w)
                {
                    TVector d0 = *(TVector*)(row + i) - mean;
                    TVector d1 = *(TVector*)(row + i + w) - mean;
                    s0 = TVector.MultiplyAdd(d0, d0, s0);
                    s1 = TVector.MultiplyAdd(d1, d1, s1);
                }

                if (i < end)
                {
                    TVector d = *(TVector*)(row + i) - mean;
                    s0 = TVector.MultiplyAdd(d, d, s0);
                }

                total += s0 + s1;
            }

            if (full < columns)
            {
                TVector d = Lanes<TScalar, TVector>.LoadTail(row, columns) - mean;
                total += TVector.IfGreaterOrEqual(
                    Lanes<TScalar, TVector>.Index, Lanes<TScalar, TVector>.Dead(columns), d * d, 0);
            }

            return Lanes<TScalar, TVector>.Sum(total);
        }
    }

    private readonly struct BackwardLoop(
        in LayerNormBackward arguments, int rows, int columns, int pieceRows, TScalar* partials, int pieces) : IRangeBody
    {
        private readonly TScalar* _x = arguments.X.Host<TScalar>();
        private readonly TScalar* _dy = arguments.Dy.Host<TScalar>();
        private readonly TScalar* _dx = Pointer(arguments.Gradients.Input);
        private readonly TScalar* _mean = arguments.Mean.Host<TScalar>();
        private readonly TScalar* _inverse = arguments.Inverse.Host<TScalar>();
        private readonly TScalar* _scale = Pointer(arguments.Scale);
        private readonly TScalar* _partials = partials;
        private readonly int _rows = rows;
        private readonly int _columns = columns;
        private readonly int _pieceRows = pieceRows;
        private readonly int _pieces = pieces;

        public void Run(int start, int end)
        {
            for (int piece = start; piece < end; piece++)
            {
                TScalar* dScale = _partials == null ? null : _partials + ((long)piece * _columns);
                TScalar* dShift = _partials == null ? null : dScale + ((long)_pieces * _columns);
                if (_partials != null)
                {
                    new Span<TScalar>(dScale, _columns).Clear();
                    new Span<TScalar>(dShift, _columns).Clear();
                }

                for (int row = piece * _pieceRows; row < Math.Min(_rows, (piece + 1) * _pieceRows); row++)
                {
                    if (_partials != null)
                    {
                        AddSums(row, dScale, dShift);
                    }

                    if (_dx != null)
                    {
                        Gradient(row);
                    }
                }
            }
        }

        // Adds a row's part to the gradients of scale and shift.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void AddSums(int row, TScalar* dScale, TScalar* dShift)
        {
            int w = Lanes<TScalar, TVector>.Width;
            int columns = _columns;
            int full = columns / w * w;
            TScalar* x = _x + ((long)row * columns);
            TScalar* dy = _dy + ((long)row * columns);
            TVector m = Lanes<TScalar, TVector>.Fill(_mean[row]);
            TVector f = Lanes<TScalar, TVector>.Fill(_inverse[row]);
            for (int i = 0; i < full; i += w)
            {
                TVector g = *(TVector*)(dy + i);
                *(TVector*)(dShift + i) += g;
                *(TVector*)(dScale + i) = TVector.MultiplyAdd((*(TVector*)(x + i) - m) * f, g, *(TVector*)(dScale + i));
            }

            for (int i = full; i < columns; i++)
            {
                dShift[i] += dy[i];
                dScale[i] = TScalar.MultiplyAdd((x[i] - _mean[row]) * _inverse[row], dy[i], dScale[i]);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Gradient(int row)
        {
            int w = Lanes<TScalar, TVector>.Width;
            int columns = _columns;
            int full = columns / w * w;
            TScalar* x = _x + ((long)row * columns);
            TScalar* dy = _dy + ((long)row * columns);
            TScalar* dx = _dx + ((long)row * columns);
            TVector one = 1;
            TVector m = Lanes<TScalar, TVector>.Fill(_mean[row]);
            TVector sum = 0;
            TVector dot = 0;
            for (int block = 0; block < full; block += Block)
            {
                TVector s = 0;
                TVector p = 0;
                for (int i = block; i < Math.Min(full, block + Block); i += w)
                {
                    TVector g = *(TVector*)(dy + i) * (_scale == null ? one : *(TVector*)(_scale + i));
                    s += g;
                    p = TVector.MultiplyAdd(*(TVector*)(x + i) - m, g, p);
                }

                sum += s;
                dot += p;
            }

            TVector tail = default;
            TVector distance = default;
            if (full < columns)
            {
                TVector index = Lanes<TScalar, TVector>.Index;
                int dead = Lanes<TScalar, TVector>.Dead(columns);
                distance = Lanes<TScalar, TVector>.LoadTail(x, columns) - m;
                tail = Lanes<TScalar, TVector>.LoadTail(dy, columns);
                tail = _scale == null ? tail : tail * Lanes<TScalar, TVector>.LoadTail(_scale, columns);
                sum += TVector.IfGreaterOrEqual(index, dead, tail, 0);
                dot += TVector.IfGreaterOrEqual(index, dead, tail * distance, 0);
            }

            double inverse = TScalar.ToDouble(_inverse[row]);
            double total = TScalar.ToDouble(Lanes<TScalar, TVector>.Sum(sum));
            double product = TScalar.ToDouble(Lanes<TScalar, TVector>.Sum(dot));
            TVector factor = Lanes<TScalar, TVector>.Fill(inverse);
            TVector slope = Lanes<TScalar, TVector>.Fill(-inverse * inverse * inverse * product / columns);
            TVector shift = Lanes<TScalar, TVector>.Fill(-inverse * total / columns);
            for (int i = 0; i < full; i += w)
            {
                TVector g = *(TVector*)(dy + i) * (_scale == null ? one : *(TVector*)(_scale + i));
                *(TVector*)(dx + i) = TVector.MultiplyAdd(g, factor, TVector.MultiplyAdd(*(TVector*)(x + i) - m, slope, shift));
            }

            if (full < columns)
            {
                Lanes<TScalar, TVector>.StoreTail(
                    dx, columns, TVector.MultiplyAdd(tail, factor, TVector.MultiplyAdd(distance, slope, shift)));
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of <see cref="Pooling"/>: rows are put together first, in registers, and then the elements of what they gave.</summary>
internal static unsafe partial class HostPooling<TScalar, TVector>
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Elements that a thread reads at a time, at least.
    private const int Grain = 16 * 1024;

    // Elements of a row that are put together at a time, on the stack.
    private const int Tile = 1024;

    private static int Width => sizeof(TVector) / sizeof(TScalar);

    internal static void Run(PoolPass pass, in PoolShape shape, in Operand target, in Operand? places, in Operand given)
    {
        Loop loop = new(pass, shape, target.Host<TScalar>(), places is { } marks ? marks.Host<int>() : null, given.Host<TScalar>());
        if (pass == PoolPass.MaxGradient)
        {
            int planes = target.Count / shape.SourceSize;
            HostParallel.For(planes, Math.Max(1, Grain / shape.SourceSize), loop);
            return;
        }

        // A row of the source for each row of a window, or a row of outputs.
        int row = pass == PoolPass.AverageGradient ? shape.Third.Source : shape.Third.Output;
        int read = pass == PoolPass.AverageGradient ? shape.Third.Output : shape.Third.Source;
        int rows = target.Count / row;
        HostParallel.For(rows, HostParallel.EvenGrain(rows, Math.Max(1, Grain / (row + read))), loop);
    }

    private readonly partial struct Loop(PoolPass pass, PoolShape shape, TScalar* target, int* places, TScalar* given) : IRangeBody
    {
        private readonly PoolShape _shape = shape;

        public void Run(int start, int end)
        {
            // Once for many rows, since it is cleared.
            TScalar* space = stackalloc TScalar[3 * (Tile + (MostPhases * 2 * Width))];
            for (int row = start; row < end; row++)
            {
                switch (pass)
                {
                    case PoolPass.Max when Together(row, end) is int rows and > 0:
                        MaxEven(row, rows, space);
                        row += rows - 1;
                        break;
                    case PoolPass.Max:
                        Max(row, space);
                        break;
                    case PoolPass.MaxGradient:
                        MaxGradient(row);
                        break;
                    case PoolPass.Average:
                        Average(row, space);
                        break;
                    default:
                        AverageGradient(row, space);
                        break;
                }
            }
        }

        private void Max(int row, TScalar* space)
        {
            (int from, int to) = Inside();
            Max(row, 0, from, space);
            MaxInside(row, from, to, space);
            Max(row, to, _shape.Third.Output, space);
        }

        private void Max(int row, int start, int stop, TScalar* best)
        {
            PoolAxis across = _shape.Third;
            TScalar* plane = PlaneOf(row, out int first, out int second);
            TScalar* output = target + ((long)row * across.Output);
            int* marks = places == null ? null : places + ((long)row * across.Output);
            int* from = (int*)(best + Tile);
            for (int done = start; done < stop;)
            {
                int count = Windows(across, done, stop);
                int begin = count == 1 ? across.First(done) : across.Begin(done);
                int length = across.End(done + count - 1) - begin;
                int step = Math.Max(1, Tile / across.Dilation) * across.Dilation;
                for (int piece = 0; piece < length; piece += step)
                {
                    int width = Math.Min(Math.Min(step, Tile), length - piece);
                    Rows(plane, first, second, begin + piece, width, best, marks == null ? null : from);
                    if (piece == 0)
                    {
                        Windows(across, done, count, begin, width, best, from, output, marks);
                    }
                    else
                    {
                        Window(0, width, across.Dilation, best, from, ref output[done], marks == null ? null : marks + done);
                    }
                }

                done += count;
            }
        }

        // The plane that a row of outputs is made of, and the row's place along the first two axes.
        private TScalar* PlaneOf(int row, out int first, out int second)
        {
            second = row % _shape.Second.Output;
            first = row / _shape.Second.Output % _shape.First.Output;
            return given + ((long)(row / (_shape.First.Output * _shape.Second.Output)) * _shape.SourceSize);
        }

        // The windows of an axis, from one on, whose elements fit a tile; a window that does not is taken alone, in pieces.
        private static int Windows(in PoolAxis axis, int from, int stop)
        {
            int begin = axis.Begin(from);
            if (axis.End(stop - 1) - begin <= Tile)
            {
                return stop - from;
            }

            int count = 1;
            while (axis.End(from + count) - begin <= Tile)
            {
                count++;
            }

            return count;
        }

        // The largest along the first two axes of the window, and where the line of each begins, in the plane, if that is asked for.
        private void Rows(TScalar* plane, int first, int second, int begin, int length, TScalar* best, int* from)
        {
            bool isFirst = true;
            for (int a = _shape.First.First(first); a < _shape.First.End(first); a += _shape.First.Dilation)
            {
                for (int b = _shape.Second.First(second); b < _shape.Second.End(second); b += _shape.Second.Dilation)
                {
                    int place = (((a * _shape.Second.Source) + b) * _shape.Third.Source) + begin;
                    if (isFirst)
                    {
                        new ReadOnlySpan<TScalar>(plane + place, length).CopyTo(new Span<TScalar>(best, length));
                        if (from != null)
                        {
                            for (int i = 0; i < length; i++)
                            {
                                from[i] = place + i;
                            }
                        }
                    }
                    else if (from == null)
                    {
                        Larger(plane + place, length, best);
                    }
                    else
                    {
                        for (int i = 0; i < length; i++)
                        {
                            if (Beats(plane[place + i], best[i]))
                            {
                                best[i] = plane[place + i];
                                from[i] = place + i;
                            }
                        }
                    }

                    isFirst = false;
                }
            }
        }

        private static void Windows(
            in PoolAxis axis, int done, int count, int begin, int length, TScalar* best, int* from, TScalar* output, int* marks)
        {
            for (int i = done; i < done + count; i++)
            {
                int start = axis.First(i) - begin;
                output[i] = best[start];
                if (marks != null)
                {
                    marks[i] = from[start];
                }

                Window(start + axis.Dilation, Math.Min(axis.End(i) - begin, length), axis.Dilation, best, from, ref output[i], marks == null ? null : marks + i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Window(int start, int end, int step, TScalar* best, int* from, ref TScalar output, int* mark)
        {
            TScalar largest = output;
            for (int i = start; i < end; i += step)
            {
                // Of equal ones the first, row by row, not column by column.
                if (Beats(best[i], largest) || (mark != null && from[i] < *mark && IsSame(best[i], largest)))
                {
                    largest = best[i];
                    if (mark != null)
                    {
                        *mark = from[i];
                    }
                }
            }

            output = largest;
        }

        private static void Larger(TScalar* row, int length, TScalar* best)
        {
            int i = 0;
            for (; i <= length - Width; i += Width)
            {
                *(TVector*)(best + i) = TVector.Max(*(TVector*)(best + i), *(TVector*)(row + i));
            }

            for (; i < length; i++)
            {
                best[i] = TScalar.Max(best[i], row[i]);
            }
        }

        // Not a number beats all but itself.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool Beats(TScalar value, TScalar largest) => typeof(TScalar) == typeof(F32)
            ? Beats(Unsafe.BitCast<TScalar, float>(value), Unsafe.BitCast<TScalar, float>(largest))
            : Beats(Unsafe.BitCast<TScalar, double>(value), Unsafe.BitCast<TScalar, double>(largest));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool IsSame(TScalar a, TScalar b) => TScalar.IsNonzero(TScalar.IfEqual(a, b, 1, 0));

        private static bool Beats(double value, double largest) => !(largest >= value) && !double.IsNaN(largest);

        private static bool Beats(float value, float largest) => !(largest >= value) && !float.IsNaN(largest);

        private void MaxGradient(int plane)
        {
            TScalar* sums = target + ((long)plane * _shape.SourceSize);
            TScalar* gradients = given + ((long)plane * _shape.OutputSize);
            int* marks = places + ((long)plane * _shape.OutputSize);
            new Span<TScalar>(sums, _shape.SourceSize).Clear();
            for (int i = 0; i < _shape.OutputSize; i++)
            {
                sums[marks[i]] += gradients[i];
            }
        }

        private void Average(int row, TScalar* space)
        {
            (int from, int to) = Inside();
            Average(row, 0, from, space);
            AverageInside(row, from, to, space);
            Average(row, to, _shape.Third.Output, space);
        }

        private void Average(int row, int start, int stop, TScalar* sums)
        {
            PoolAxis across = _shape.Third;
            TScalar* plane = PlaneOf(row, out int first, out int second);
            TScalar* output = target + ((long)row * across.Output);
            for (int done = start; done < stop;)
            {
                int count = Windows(across, done, stop);
                int begin = count == 1 ? across.First(done) : across.Begin(done);
                int length = across.End(done + count - 1) - begin;
                for (int piece = 0; piece < length; piece += Tile)
                {
                    int width = Math.Min(Tile, length - piece);
                    new Span<TScalar>(sums, width).Clear();
                    for (int a = _shape.First.First(first); a < _shape.First.End(first); a++)
                    {
                        for (int b = _shape.Second.First(second); b < _shape.Second.End(second); b++)
                        {
                            AddRow(plane + (((a * _shape.Second.Source) + b) * across.Source) + begin + piece, width, 1, sums);
                        }
                    }

                    for (int i = done; i < done + count; i++)
                    {
                        TScalar sum = piece == 0 ? default : output[i];
                        int end = Math.Min(across.End(i) - begin - piece, width);
                        for (int at = Math.Max(0, across.First(i) - begin - piece); at < end; at++)
                        {
                            sum += sums[at];
                        }

                        output[i] = sum;
                    }
                }

                done += count;
            }

            for (int i = start; i < stop; i++)
            {
                output[i] /= _shape.Divisor(first, second, i);
            }
        }

        private void AverageGradient(int row, TScalar* sums)
        {
            PoolAxis across = _shape.Third;
            int second = row % _shape.Second.Source;
            int first = row / _shape.Second.Source % _shape.First.Source;
            TScalar* plane = given + ((long)(row / (_shape.First.Source * _shape.Second.Source)) * _shape.OutputSize);
            TScalar* source = target + ((long)row * across.Source);
            new Span<TScalar>(source, across.Source).Clear();
            for (int done = 0; done < across.Output; done += Tile)
            {
                int length = Math.Min(Tile, across.Output - done);
                new Span<TScalar>(sums, length).Clear();
                for (int a = _shape.First.FirstOutput(first); a < _shape.First.EndOutput(first); a++)
                {
                    for (int b = _shape.Second.FirstOutput(second); b < _shape.Second.EndOutput(second); b++)
                    {
                        double divisor = _shape.DividesBy > 0
                            ? _shape.DividesBy
                            : (double)_shape.First.Divisor(a, _shape.DividesBy) * _shape.Second.Divisor(b, _shape.DividesBy);
                        AddRow(plane + (((a * _shape.Second.Output) + b) * across.Output) + done, length, 1 / divisor, sums);
                    }
                }

                for (int i = 0; i < length; i++)
                {
                    TScalar share = _shape.DividesBy > 0 ? sums[i] : sums[i] / across.Divisor(done + i, _shape.DividesBy);
                    for (int at = across.First(done + i); at < across.End(done + i); at++)
                    {
                        source[at] += share;
                    }
                }
            }
        }

        private static void AddRow(TScalar* row, int length, TVector scale, TScalar* sums)
        {
            int i = 0;
            for (; i <= length - Width; i += Width)
            {
                *(TVector*)(sums + i) += *(TVector*)(row + i) * scale;
            }

            TScalar* lane = (TScalar*)&scale;
            for (; i < length; i++)
            {
                sums[i] += row[i] * *lane;
            }
        }
    }
}

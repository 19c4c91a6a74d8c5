using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <content>Windows that lie inside a row: as many outputs at a time as a register has lanes.</content>
internal static unsafe partial class HostPooling<TScalar, TVector>
{
    // The window's places in a row are parted by their remainder modulo the stride, so that neighbouring outputs read neighbours.
    private const int MostPhases = 8;

    // A place is counted in the elements' own type, which is exact up to here.
    private const int MostPlaces = 1 << 24;

    private readonly partial struct Loop
    {
        // The outputs of a row whose windows hold all their elements; none where it is not worth the while.
        private (int From, int To) Inside()
        {
            PoolAxis across = _shape.Third;
            int reach = ((across.Kernel - 1) * across.Dilation) + 1;
            if (across.Kernel == 0 || across.Stride > MostPhases || reach + (3 * across.Stride) > Tile || across.Source < reach
                || (long)_shape.SourceSize >= MostPlaces)
            {
                return (0, 0);
            }

            int from = (across.Padding + across.Stride - 1) / across.Stride;
            int to = Math.Min(across.Output, ((across.Source - reach + across.Padding) / across.Stride) + 1);
            return to - from < 4 ? (0, 0) : (from, to);
        }

        private void MaxInside(int row, int start, int stop, TScalar* phases)
        {
            PoolAxis across = _shape.Third;
            TScalar* plane = PlaneOf(row, out int first, out int second);
            TScalar* output = target + ((long)row * across.Output);
            TScalar* best = phases + Tile + (MostPhases * 2 * Width);
            TScalar* from = best + Tile + Width;
            for (int done = start; done < stop;)
            {
                int count = Fits(stop - done, out int pitch);
                bool isFirst = true;
                for (int a = _shape.First.First(first); a < _shape.First.End(first); a += _shape.First.Dilation)
                {
                    for (int b = _shape.Second.First(second); b < _shape.Second.End(second); b += _shape.Second.Dilation)
                    {
                        int place = (((a * _shape.Second.Source) + b) * across.Source) + (done * across.Stride) - across.Padding;
                        Part(plane + place, count, pitch, phases);
                        for (int tap = 0; tap < across.Kernel * across.Dilation; tap += across.Dilation)
                        {
                            Larger(phases + (tap % across.Stride * pitch) + (tap / across.Stride), count, place + tap, isFirst, best, from);
                            isFirst = false;
                        }
                    }
                }

                new ReadOnlySpan<TScalar>(best, count).CopyTo(new Span<TScalar>(output + done, count));
                if (places != null)
                {
                    int* marks = places + ((long)row * across.Output) + done;
                    Whole(from, marks, count);
                    for (int i = 0; i < count; i++)
                    {
                        marks[i] += i * across.Stride;
                    }
                }

                done += count;
            }
        }

        // The rows of outputs from one on, of one plane, whose windows stand side by side and fill their lines, so that they are put together at
        // once; 0 for other windows.
        private int Together(int row, int end)
        {
            (PoolAxis first, PoolAxis down, PoolAxis across) = (_shape.First, _shape.Second, _shape.Third);
            if (first.Source != 1 || !IsEven(down) || !IsEven(across) || across.Stride > MostPhases || (long)_shape.SourceSize >= MostPlaces)
            {
                return 0;
            }

            return Math.Min(Math.Min(end - row, down.Output - (row % down.Output)), Tile / (down.Kernel * across.Source));

            static bool IsEven(in PoolAxis axis) => axis.Kernel == axis.Stride && axis is { Dilation: 1, Padding: 0 } && axis.Source == axis.Output * axis.Stride;
        }

        private void MaxEven(int row, int rows, TScalar* phases)
        {
            (PoolAxis down, PoolAxis across) = (_shape.Second, _shape.Third);
            int place = row % down.Output * down.Kernel * across.Source;
            TScalar* source = given + ((long)(row / down.Output) * _shape.SourceSize) + place;
            int length = rows * down.Kernel * across.Source;
            int pitch = (length / across.Stride) + Width;
            Phases(source, length, across.Stride, pitch, phases);

            TScalar* best = phases + Tile + (MostPhases * 2 * Width);
            TScalar* from = best + Tile + Width;
            for (int i = 0; i < Width; i++)
            {
                from[i] = i * across.Stride;
            }

            TVector lanes = *(TVector*)from;
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < across.Output; j += Width)
                {
                    TVector largest = default;
                    TVector at = default;
                    for (int a = 0; a < down.Kernel; a++)
                    {
                        int line = (i * down.Kernel) + a;
                        TScalar* values = phases + (line * across.Output) + j;
                        TVector here = lanes + (place + (line * across.Source) + (j * across.Stride));
                        for (int tap = 0; tap < across.Kernel; tap++, values += pitch)
                        {
                            Larger(*(TVector*)values, here + tap, a + tap == 0, ref largest, ref at);
                        }
                    }

                    *(TVector*)(best + (i * across.Output) + j) = largest;
                    *(TVector*)(from + (i * across.Output) + j) = at;
                }
            }

            long output = (long)row * across.Output;
            new ReadOnlySpan<TScalar>(best, rows * across.Output).CopyTo(new Span<TScalar>(target + output, rows * across.Output));
            if (places != null)
            {
                Whole(from, places + output, rows * across.Output);
            }
        }

        // Places that were counted in the elements' type.
        private static void Whole(TScalar* from, int* to, int count)
        {
            int i = 0;
            for (; typeof(TScalar) == typeof(F32) && i <= count - 4; i += 4)
            {
                Vector128.Store(Vector128.ConvertToInt32(Vector128.Load((float*)(from + i))), to + i);
            }

            for (; i < count; i++)
            {
                to[i] = (int)TScalar.ToDouble(from[i]);
            }
        }

        private void AverageInside(int row, int start, int stop, TScalar* phases)
        {
            PoolAxis across = _shape.Third;
            TScalar* plane = PlaneOf(row, out int first, out int second);
            TScalar* output = target + ((long)row * across.Output);
            TScalar* sums = phases + Tile + (MostPhases * 2 * Width);
            for (int done = start; done < stop;)
            {
                int count = Fits(stop - done, out int pitch);
                new Span<TScalar>(sums, count + Width).Clear();
                for (int a = _shape.First.First(first); a < _shape.First.End(first); a++)
                {
                    for (int b = _shape.Second.First(second); b < _shape.Second.End(second); b++)
                    {
                        int place = (((a * _shape.Second.Source) + b) * across.Source) + (done * across.Stride) - across.Padding;
                        Part(plane + place, count, pitch, phases);
                        for (int tap = 0; tap < across.Kernel; tap++)
                        {
                            TScalar* row1 = phases + (tap % across.Stride * pitch) + (tap / across.Stride);
                            for (int i = 0; i < count; i += Width)
                            {
                                *(TVector*)(sums + i) += *(TVector*)(row1 + i);
                            }
                        }
                    }
                }

                // Inside a row the last axis counts alike for all.
                TVector divisor = _shape.Divisor(first, second, done);
                for (int i = 0; i < count; i += Width)
                {
                    *(TVector*)(sums + i) /= divisor;
                }

                new ReadOnlySpan<TScalar>(sums, count).CopyTo(new Span<TScalar>(output + done, count));
                done += count;
            }
        }

        // How many outputs' elements fit a tile, and how far apart the phases stand, with a register's room behind each.
        private int Fits(int outputs, out int pitch)
        {
            PoolAxis across = _shape.Third;
            int reach = ((across.Kernel - 1) * across.Dilation) + 1;
            int count = Math.Min(outputs, ((Tile - reach) / across.Stride) + 1);
            pitch = count + ((reach - 1) / across.Stride) + Width;
            return count;
        }

        private void Part(TScalar* row, int count, int pitch, TScalar* phases)
        {
            PoolAxis across = _shape.Third;
            int stride = across.Stride;
            int length = ((count - 1) * stride) + ((across.Kernel - 1) * across.Dilation) + 1;
            if (stride == 1)
            {
                new ReadOnlySpan<TScalar>(row, length).CopyTo(new Span<TScalar>(phases, length));
                return;
            }

            Phases(row, length, stride, pitch, phases);
        }

        // Every stride-th number to a line of its own.
        private static void Phases(TScalar* row, int length, int stride, int pitch, TScalar* phases)
        {
            int done = stride == 2 && sizeof(TScalar) == sizeof(uint)
                ? 2 * StageLines.Halves((uint*)row, (uint*)phases, (uint*)(phases + pitch), length / 2)
                : 0;
            for (int phase = 0; phase < stride; phase++)
            {
                TScalar* to = phases + (phase * pitch);
                for (int i = done + phase, j = done / stride; i < length; i += stride, j++)
                {
                    to[j] = row[i];
                }
            }
        }

        private static void Larger(TScalar* row, int count, int place, bool isFirst, TScalar* best, TScalar* from)
        {
            TVector here = place;
            for (int i = 0; i < count; i += Width)
            {
                Larger(*(TVector*)(row + i), here, isFirst, ref *(TVector*)(best + i), ref *(TVector*)(from + i));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Larger(TVector value, TVector here, bool isFirst, ref TVector largest, ref TVector at)
        {
            // Not a number stays: it equals not even itself.
            TVector stays = TVector.IfGreaterOrEqual(largest, value, 1, TVector.IfEqual(largest, largest, 0, 1));
            largest = isFirst ? value : TVector.IfEqual(stays, 0, value, largest);
            at = isFirst ? here : TVector.IfEqual(stays, 0, here, at);
        }
    }
}

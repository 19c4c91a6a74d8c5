using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
                    for (int i = 0; i < count; i++)
                    {
                        marks[i] = (int)TScalar.ToDouble(from[i]) + (i * across.Stride);
                    }
                }

                done += count;
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

            int done = stride == 2 ? Halves(row, length, pitch, phases) : 0;
            for (int phase = 0; phase < stride; phase++)
            {
                TScalar* to = phases + (phase * pitch);
                for (int i = done + phase, j = done / stride; i < length; i += stride, j++)
                {
                    to[j] = row[i];
                }
            }
        }

        // Even and odd places, register by register; returns how many are done.
        private static int Halves(TScalar* row, int length, int pitch, TScalar* phases)
        {
            int i = 0;
            if (sizeof(TScalar) != sizeof(float))
            {
                return i;
            }

            float* from = (float*)row;
            float* to = (float*)phases;
            if (Avx512F.IsSupported)
            {
                Vector512<int> even = Vector512<int>.Indices * 2;
                for (; i <= length - 32; i += 32)
                {
                    Vector512<float> a = Vector512.Load(from + i);
                    Vector512<float> b = Vector512.Load(from + i + 16);
                    Avx512F.PermuteVar16x32x2(a, even, b).Store(to + (i / 2));
                    Avx512F.PermuteVar16x32x2(a, even + Vector512<int>.One, b).Store(to + pitch + (i / 2));
                }
            }

            for (; Avx2.IsSupported && i <= length - 16; i += 16)
            {
                Vector256<float> a = Vector256.Load(from + i);
                Vector256<float> b = Vector256.Load(from + i + 8);
                Avx2.Permute4x64(Avx.Shuffle(a, b, 0x88).AsDouble(), 0xD8).AsSingle().Store(to + (i / 2));
                Avx2.Permute4x64(Avx.Shuffle(a, b, 0xDD).AsDouble(), 0xD8).AsSingle().Store(to + pitch + (i / 2));
            }

            return i;
        }

        private static void Larger(TScalar* row, int count, int place, bool isFirst, TScalar* best, TScalar* from)
        {
            TVector here = place;
            for (int i = 0; i < count; i += Width)
            {
                TVector value = *(TVector*)(row + i);
                TVector largest = *(TVector*)(best + i);
                TVector at = *(TVector*)(from + i);

                // Not a number stays: it equals not even itself.
                TVector stays = TVector.IfGreaterOrEqual(largest, value, 1, TVector.IfEqual(largest, largest, 0, 1));
                *(TVector*)(best + i) = isFirst ? value : TVector.IfEqual(stays, 0, value, largest);
                *(TVector*)(from + i) = isFirst ? here : TVector.IfEqual(stays, 0, here, at);
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of <see cref="Resampling"/>: the rows that an output row is made of are put together first, in registers, and then the
/// taps along the row.</summary>
internal static unsafe class HostResampling<TScalar, TVector>
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Elements that a thread touches at a time, at least.
    private const int Grain = 16 * 1024;

    // The longest row that is put together on the stack.
    private const int Tile = 2048;

    private static int Width => sizeof(TVector) / sizeof(TScalar);

    internal static void Run(in ResampleShape shape, in Operand output, in Operand source, in ResampleTables tables)
    {
        int rows = output.Count / shape.Third.Output;
        Loop loop = new(
            shape, output.Host<TScalar>(), source.Host<TScalar>(), tables.Starts.Host<int>(), tables.Places.Host<int>(), tables.Weights.Host<TScalar>());
        HostParallel.For(rows, HostParallel.EvenGrain(rows, Math.Max(1, Grain / (shape.Third.Output + shape.Third.Source))), loop);
    }

    private readonly struct Loop(ResampleShape shape, TScalar* output, TScalar* source, int* starts, int* places, TScalar* weights) : IRangeBody
    {
        private readonly ResampleShape _shape = shape;

        public void Run(int start, int end)
        {
            int length = _shape.Third.Source;
            Span<TScalar> space = length > Tile ? new TScalar[length] : stackalloc TScalar[Tile];
            fixed (TScalar* sum = space)
            {
                for (int row = start; row < end; row++)
                {
                    Row(row, sum);
                }
            }
        }

        private void Row(int row, TScalar* sum)
        {
            ResampleAxis across = _shape.Third;
            int* seconds = starts + _shape.Second.Starts + (row % _shape.Second.Output);
            int* firsts = starts + _shape.First.Starts + (row / _shape.Second.Output % _shape.First.Output);
            TScalar* plane = source + ((long)(row / (_shape.First.Output * _shape.Second.Output)) * _shape.SourceSize);
            TScalar* target = output + ((long)row * across.Output);
            TScalar* whole = across.IsIdentity != 0 ? target : sum;
            int rows = 0;
            for (int a = firsts[0]; a < firsts[1]; a++)
            {
                for (int b = seconds[0]; b < seconds[1]; b++)
                {
                    TScalar* line = plane + ((((long)places[a] * _shape.Second.Source) + places[b]) * across.Source);
                    TScalar weight = weights[a] * weights[b];
                    if (rows++ == 0 && TScalar.ToDouble(weight) == 1)
                    {
                        // A row by itself needs no copy, unless it is the output.
                        if (across.IsIdentity == 0 && a + 1 == firsts[1] && b + 1 == seconds[1])
                        {
                            whole = line;
                            continue;
                        }

                        new ReadOnlySpan<TScalar>(line, across.Source).CopyTo(new Span<TScalar>(whole, across.Source));
                    }
                    else
                    {
                        Add(line, across.Source, weight, rows == 1, whole);
                    }
                }
            }

            if (rows == 0)
            {
                new Span<TScalar>(target, across.Output).Clear();
            }
            else if (across.IsIdentity == 0)
            {
                Across(across, whole, target);
            }
        }

        // The taps along a row; what only moves is copied.
        private void Across(in ResampleAxis across, TScalar* row, TScalar* target)
        {
            int length = across.PlainTo - across.PlainFrom;
            if (length < Width)
            {
                Taps(across, 0, across.Output, row, target);
                return;
            }

            int place = places[starts[across.Starts + across.PlainFrom]];
            Taps(across, 0, across.PlainFrom, row, target);
            new ReadOnlySpan<TScalar>(row + place, length).CopyTo(new Span<TScalar>(target + across.PlainFrom, length));
            Taps(across, across.PlainTo, across.Output, row, target);
        }

        private void Taps(in ResampleAxis across, int from, int to, TScalar* row, TScalar* target)
        {
            int* bounds = starts + across.Starts;
            int* at = places + bounds[0];
            TScalar* by = weights + bounds[0];
            switch (across.Uniform)
            {
                case 1:
                    for (int i = from; i < to; i++)
                    {
                        target[i] = by[i] * row[at[i]];
                    }

                    break;
                case 2:
                    for (int i = from; i < to; i++)
                    {
                        target[i] = (by[2 * i] * row[at[2 * i]]) + (by[(2 * i) + 1] * row[at[(2 * i) + 1]]);
                    }

                    break;
                default:
                    for (int i = from; i < to; i++)
                    {
                        TScalar sum = default;
                        for (int tap = bounds[i]; tap < bounds[i + 1]; tap++)
                        {
                            sum += weights[tap] * row[places[tap]];
                        }

                        target[i] = sum;
                    }

                    break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add(TScalar* line, int length, TScalar weight, bool isFirst, TScalar* sum)
        {
            TVector wide = TScalar.ToDouble(weight);
            int i = 0;
            for (; i <= length - Width; i += Width)
            {
                TVector value = wide * *(TVector*)(line + i);
                *(TVector*)(sum + i) = isFirst ? value : *(TVector*)(sum + i) + value;
            }

            for (; i < length; i++)
            {
                sum[i] = isFirst ? weight * line[i] : sum[i] + (weight * line[i]);
            }
        }
    }
}

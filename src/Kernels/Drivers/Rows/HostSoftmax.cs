using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of the softmax.</summary>
internal static unsafe class HostSoftmax<TForm, TScalar, TVector>
    where TForm : unmanaged, ISoftmaxForm
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
{
    // Elements a thread takes at a time: an exponential is worth several additions.
    private const int Grain = 8 * 1024;

    internal static void Forward(TScalar* y, TScalar* x, int rows, int columns) =>
        HostParallel.For(rows, Math.Max(1, Grain / columns), new ForwardLoop(y, x, columns));

    internal static void Backward(TScalar* dx, TScalar* y, TScalar* dy, int rows, int columns) =>
        HostParallel.For(rows, Math.Max(1, Grain / columns), new BackwardLoop(dx, y, dy, columns));

    private readonly struct ForwardLoop(TScalar* y, TScalar* x, int columns) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            TVector index = Lanes<TScalar, TVector>.Index;
            int dead = Lanes<TScalar, TVector>.Dead(columns);
            int width = Lanes<TScalar, TVector>.Width;
            int full = columns / width * width;
            for (int row = start; row < end; row++)
            {
                TScalar* to = y + ((long)row * columns);
                TScalar* from = x + ((long)row * columns);

                // Read before the row is written, which may be in the same place.
                TVector tail = full < columns ? Lanes<TScalar, TVector>.LoadTail(from, columns) : default;
                TVector max = Lanes<TScalar, TVector>.Fill(HostRows<TScalar, TVector>.Max(from, columns, tail, index));
                TVector sum = 0;
                for (int block = 0; block < full; block += HostRows<TScalar, TVector>.Block)
                {
                    // Blocks keep the rounding errors of long rows small.
                    TVector part = 0;
                    for (int i = block; i < Math.Min(full, block + HostRows<TScalar, TVector>.Block); i += width)
                    {
                        TVector shifted = *(TVector*)(from + i) - max;
                        TVector e = TVector.Exp(shifted);
                        *(TVector*)(to + i) = TForm.Keep(shifted, e);
                        part += e;
                    }

                    sum += part;
                }

                TVector tailShifted = tail - max;
                TVector tailExponential = full < columns ? TVector.Exp(tailShifted) : default;
                if (full < columns)
                {
                    sum += TVector.IfGreaterOrEqual(index, dead, tailExponential, 0);
                }

                TVector normalizer = TForm.Normalizer(Lanes<TScalar, TVector>.Fill(Lanes<TScalar, TVector>.Sum(sum)));
                for (int i = 0; i < full; i += width)
                {
                    *(TVector*)(to + i) = TForm.Result(*(TVector*)(to + i), normalizer);
                }

                if (full < columns)
                {
                    TVector kept = TForm.Keep(tailShifted, tailExponential);
                    Lanes<TScalar, TVector>.StoreTail(to, columns, TForm.Result(kept, normalizer));
                }
            }
        }
    }

    private readonly struct BackwardLoop(TScalar* dx, TScalar* y, TScalar* dy, int columns) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            TVector index = Lanes<TScalar, TVector>.Index;
            int dead = Lanes<TScalar, TVector>.Dead(columns);
            int width = Lanes<TScalar, TVector>.Width;
            int full = columns / width * width;
            for (int row = start; row < end; row++)
            {
                TScalar* to = dx + ((long)row * columns);
                TScalar* output = y + ((long)row * columns);
                TScalar* upstream = dy + ((long)row * columns);
                TVector tailOutput = full < columns ? Lanes<TScalar, TVector>.LoadTail(output, columns) : default;
                TVector tailUpstream = full < columns ? Lanes<TScalar, TVector>.LoadTail(upstream, columns) : default;
                TVector sum = 0;
                for (int block = 0; block < full; block += HostRows<TScalar, TVector>.Block)
                {
                    TVector part = 0;
                    for (int i = block; i < Math.Min(full, block + HostRows<TScalar, TVector>.Block); i += width)
                    {
                        part += TForm.Term(*(TVector*)(output + i), *(TVector*)(upstream + i));
                    }

                    sum += part;
                }

                if (full < columns)
                {
                    sum += TVector.IfGreaterOrEqual(index, dead, TForm.Term(tailOutput, tailUpstream), 0);
                }

                TVector total = Lanes<TScalar, TVector>.Fill(Lanes<TScalar, TVector>.Sum(sum));
                for (int i = 0; i < full; i += width)
                {
                    *(TVector*)(to + i) = TForm.Gradient(*(TVector*)(output + i), *(TVector*)(upstream + i), total);
                }

                if (full < columns)
                {
                    Lanes<TScalar, TVector>.StoreTail(to, columns, TForm.Gradient(tailOutput, tailUpstream, total));
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of attention: blocks of queries by blocks of keys, small enough for the nearest caches.</summary>
internal static unsafe class HostAttention<T, TVector, TUniform>
    where T : unmanaged, IReal<T>, IScalar<T>, IStored<T, T>
    where TVector : unmanaged, IReal<TVector>
    where TUniform : unmanaged, IUniform<T>
{
    // Rows that make whole tiles and columns that make whole panels, of all registers.
    private const int QueryBlock = 48;
    private const int KeyBlock = 64;

    internal static void Run(in AttentionOperands x, bool forward)
    {
        LoopNest nest = x.HeadNest();
        Loop loop = new()
        {
            Nest = nest,
            Forward = forward,
            Queries = x.Queries,
            Keys = x.Keys,
            Depth = x.Depth,
            Width = x.Width,
            FirstSeen = x.FirstSeen,
            Scale = x.Scale,
            Dropout = x.Dropout,
            Query = Matrix.Of(x.Query),
            Key = Matrix.Of(x.Key),
            Value = Matrix.Of(x.Value),
            Output = Matrix.Of(x.Output),
            LogSumExp = x.LogSumExp.Host<T>(),
            Parts = 1,
        };
        if (x.Mask is { } mask)
        {
            loop.IsAdded = mask.DType != DType.Bool;
            loop.Mask = loop.IsAdded ? (byte*)mask.Host<T>() : mask.Host<byte>();
            loop.MaskRow = mask.Strides[^2];
            loop.MaskColumn = mask.Strides[^1];
        }

        if (forward)
        {
            // A head is a task, or, where heads are few, a stretch of its queries; each packs the keys and values for itself.
            int blocks = (x.Queries + QueryBlock - 1) / QueryBlock;
            loop.Parts = Math.Clamp(4 * HostParallel.Threads / x.Heads, 1, blocks);
        }
        else
        {
            loop.OutputGradient = Matrix.Of(x.OutputGradient);
            loop.Gradients = x.GradientNest();
            loop.QueryGradient = Matrix.Of(x.QueryGradient);
            loop.KeyGradient = Matrix.Of(x.KeyGradient);
            loop.ValueGradient = Matrix.Of(x.ValueGradient);
        }

        HostParallel.For(x.Heads * loop.Parts, 1, loop);

        // The addresses are in use up to here.
        GC.KeepAlive(x.Query.Block);
    }

    private readonly struct Matrix(T* start, int row, int column)
    {
        internal readonly T* Start = start;
        internal readonly int Row = row;
        internal readonly int Column = column;

        internal static Matrix Of(in Operand operand) => new(operand.Host<T>(), operand.Strides[^2], operand.Strides[^1]);

        internal T* At(int head, int row) => Start + head + ((nint)row * Row);

        internal void Clear(int head, int rows, int columns)
        {
            for (int i = 0; i < rows; i++)
            {
                new Span<T>(At(head, i), columns).Clear();
            }
        }

        internal PackedFactor<T> Pack(int head, int first, int rows, int columns, T* memory) =>
            PackedFactor<T>.Pack(At(head, first), Row, Column, rows, columns, memory);

        internal PackedFactor<T> PackTurned(int head, int first, int rows, int columns, T* memory) =>
            PackedFactor<T>.Pack(At(head, first), Column, Row, columns, rows, memory);
    }

    private struct Loop : IRangeBody
    {
        internal LoopNest Nest;
        internal bool Forward;
        internal int Queries;
        internal int Keys;
        internal int Depth;
        internal int Width;
        internal int FirstSeen;
        internal int Parts;
        internal double Scale;
        internal AttentionDropout Dropout;
        internal Matrix Query;
        internal Matrix Key;
        internal Matrix Value;
        internal Matrix Output;
        internal Matrix OutputGradient;
        internal T* LogSumExp;
        internal LoopNest Gradients;
        internal Matrix QueryGradient;
        internal Matrix KeyGradient;
        internal Matrix ValueGradient;
        internal byte* Mask;
        internal bool IsAdded;
        internal int MaskRow;
        internal int MaskColumn;

        private readonly int KeyBlocks => (Keys + KeyBlock - 1) / KeyBlock;

        public readonly void Run(int start, int end)
        {
            for (int task = start; task < end; task++)
            {
                if (Forward)
                {
                    int blocks = (Queries + QueryBlock - 1) / QueryBlock;
                    int part = task % Parts;
                    HeadForward(task / Parts, blocks * part / Parts * QueryBlock, Math.Min(Queries, blocks * (part + 1) / Parts * QueryBlock));
                }
                else
                {
                    HeadBackward(task);
                }
            }
        }

        private static int Count(int block, int size, int all) => Math.Min(size, all - (block * size));

        // The keys of a block that a query sees.
        private readonly int Seen(int query, int firstKey, int keys) => (int)Math.Clamp((long)query + FirstSeen - firstKey + 1, 0, keys);

        private readonly void HeadForward(int head, int start, int end)
        {
            int sizeK = PackedFactor<T>.Size(Depth, KeyBlock);
            int sizeV = PackedFactor<T>.Size(KeyBlock, Width);
            T* scores = GemmScratch.Take<T>((2 * QueryBlock) + (QueryBlock * KeyBlock) + ((nint)KeyBlocks * (sizeK + sizeV)));
            T* maxima = scores + (QueryBlock * KeyBlock);
            T* sums = maxima + QueryBlock;
            T* packed = sums + QueryBlock;
            int query = Nest.Offset(0, head);
            int output = Nest.Offset(3, head);
            int mask = Nest.Offset(4, head);
            int done = 0;
            for (int i = start; i < end; i += QueryBlock)
            {
                int rows = Math.Min(QueryBlock, end - i);
                new Span<T>(maxima, rows).Fill(double.NegativeInfinity);
                new Span<T>(sums, rows).Clear();
                Output.Clear(output + (i * Output.Row), rows, Width);
                for (int block = 0; block < KeyBlocks && Seen(i + rows - 1, block * KeyBlock, 1) > 0; block++)
                {
                    int first = block * KeyBlock;
                    int keys = Count(block, KeyBlock, Keys);
                    T* memory = packed + ((nint)block * (sizeK + sizeV));
                    PackedFactor<T> k = block < done
                        ? PackedFactor<T>.Packed(memory, Depth, keys)
                        : Key.PackTurned(Nest.Offset(1, head), first, keys, Depth, memory);
                    PackedFactor<T> v = block < done
                        ? PackedFactor<T>.Packed(memory + sizeK, keys, Width)
                        : Value.Pack(Nest.Offset(2, head), first, keys, Width, memory + sizeK);
                    done = Math.Max(done, block + 1);
                    k.Multiply(Query.At(query, i), Query.Row, Query.Column, rows, scores, KeyBlock, adds: false);
                    for (int r = 0; r < rows; r++)
                    {
                        T* row = scores + (r * KeyBlock);
                        int seen = Score(row, mask, i + r, first, keys);
                        Exponentials(row, seen, keys, ref maxima[r], ref sums[r], Output.At(output, i + r));
                        Drop(row, head, i + r, first, seen);
                    }

                    v.Multiply(scores, KeyBlock, 1, rows, Output.At(output, i), Output.Row, adds: true);
                }

                for (int r = 0; r < rows; r++)
                {
                    bool isEmpty = !T.IsNonzero(sums[r]) && T.ToDouble(sums[r]) == 0;
                    LogSumExp[((nint)head * Queries) + i + r] = isEmpty ? double.PositiveInfinity : maxima[r] + T.Log(sums[r]);
                    if (!isEmpty)
                    {
                        T one = 1;
                        Multiply(Output.At(output, i + r), one / sums[r], Width);
                    }
                }
            }
        }

        private readonly void HeadBackward(int head)
        {
            int blocks = (Queries + QueryBlock - 1) / QueryBlock;
            int sizeK = PackedFactor<T>.Size(Depth, KeyBlock);
            int sizeV = PackedFactor<T>.Size(Width, KeyBlock);
            int sizeKey = PackedFactor<T>.Size(KeyBlock, Depth);
            int sizeQ = PackedFactor<T>.Size(QueryBlock, Depth);
            int sizeG = PackedFactor<T>.Size(QueryBlock, Width);
            T* p = GemmScratch.Take<T>((2 * QueryBlock * KeyBlock) + sizeK + sizeV + sizeKey + ((nint)blocks * (sizeQ + sizeG)) + Queries);
            T* d = p + (QueryBlock * KeyBlock);
            T* packedK = d + (QueryBlock * KeyBlock);
            T* packedV = packedK + sizeK;
            T* packedKey = packedV + sizeV;
            T* packed = packedKey + sizeKey;
            T* inner = packed + ((nint)blocks * (sizeQ + sizeG));
            int query = Nest.Offset(0, head);
            int gradient = Nest.Offset(5, head);
            int mask = Nest.Offset(4, head);
            (int dq, int dk, int dv) = (Gradients.Offset(0, head), Gradients.Offset(1, head), Gradients.Offset(2, head));
            QueryGradient.Clear(dq, Queries, Depth);
            KeyGradient.Clear(dk, Keys, Depth);
            ValueGradient.Clear(dv, Keys, Width);
            for (int block = 0; block < blocks; block++)
            {
                int rows = Count(block, QueryBlock, Queries);
                T* memory = packed + ((nint)block * (sizeQ + sizeG));
                _ = Query.Pack(query, block * QueryBlock, rows, Depth, memory);
                _ = OutputGradient.Pack(gradient, block * QueryBlock, rows, Width, memory + sizeQ);
            }

            for (int i = 0; i < Queries; i++)
            {
                inner[i] = Dot(OutputGradient.At(gradient, i), OutputGradient.Column, Output.At(Nest.Offset(3, head), i));
            }

            for (int keyBlock = 0; keyBlock < KeyBlocks; keyBlock++)
            {
                int first = keyBlock * KeyBlock;
                int keys = Count(keyBlock, KeyBlock, Keys);
                PackedFactor<T> k = Key.PackTurned(Nest.Offset(1, head), first, keys, Depth, packedK);
                PackedFactor<T> v = Value.PackTurned(Nest.Offset(2, head), first, keys, Width, packedV);
                PackedFactor<T> key = Key.Pack(Nest.Offset(1, head), first, keys, Depth, packedKey);
                for (int block = 0; block < blocks; block++)
                {
                    int i = block * QueryBlock;
                    int rows = Count(block, QueryBlock, Queries);
                    if (Seen(i + rows - 1, first, 1) == 0)
                    {
                        continue;
                    }

                    T* memory = packed + ((nint)block * (sizeQ + sizeG));
                    k.Multiply(Query.At(query, i), Query.Row, Query.Column, rows, p, KeyBlock, adds: false);
                    v.Multiply(OutputGradient.At(gradient, i), OutputGradient.Row, OutputGradient.Column, rows, d, KeyBlock, adds: false);
                    for (int r = 0; r < rows; r++)
                    {
                        T* row = p + (r * KeyBlock);
                        int seen = Score(row, mask, i + r, first, keys);
                        T* own = d + (r * KeyBlock);
                        Drop(own, head, i + r, first, seen);
                        Slopes(row, own, seen, keys, LogSumExp[((nint)head * Queries) + i + r], inner[i + r]);
                        Drop(row, head, i + r, first, seen);
                    }

                    key.Multiply(d, KeyBlock, 1, rows, QueryGradient.At(dq, i), QueryGradient.Row, adds: true);
                    PackedFactor<T>.Packed(memory, rows, Depth).Multiply(d, 1, KeyBlock, keys, KeyGradient.At(dk, first), KeyGradient.Row, adds: true);
                    PackedFactor<T>.Packed(memory + sizeQ, rows, Width).Multiply(
                        p, 1, KeyBlock, keys, ValueGradient.At(dv, first), ValueGradient.Row, adds: true);
                }
            }
        }

        // Scales products and applies the mask; what a query does not see is -inf up to the end of a register. Returns how many it sees.
        private readonly int Score(T* row, int mask, int query, int first, int keys)
        {
            int width = Lanes<T, TVector>.Width;
            int seen = Seen(query, first, keys);
            TVector scale = Scale;
            for (int j = 0; j < seen; j += width)
            {
                *(TVector*)(row + j) = *(TVector*)(row + j) * scale;
            }

            if (Mask is not null)
            {
                nint at = mask + ((nint)query * MaskRow) + ((nint)first * MaskColumn);
                for (int j = 0; j < seen; j++, at += MaskColumn)
                {
                    row[j] = IsAdded ? row[j] + ((T*)Mask)[at] : Mask[at] != 0 ? row[j] : double.NegativeInfinity;
                }
            }

            for (int j = seen; j % width != 0; j++)
            {
                row[j] = double.NegativeInfinity;
            }

            return seen;
        }

        // Scores become exponentials below a running maximum; where that grows, what was summed so far shrinks.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Exponentials(T* row, int seen, int keys, ref T maximum, ref T sum, T* output)
        {
            int width = Lanes<T, TVector>.Width;
            int end = (seen + width - 1) / width * width;
            TVector highest = Lanes<T, TVector>.Fill(maximum);
            for (int j = 0; j < end; j += width)
            {
                highest = TVector.Max(highest, *(TVector*)(row + j));
            }

            T next = Lanes<T, TVector>.Max(highest);
            T from = T.IfEqual(next, double.NegativeInfinity, 0, next);
            TVector shift = Lanes<T, TVector>.Fill(from);
            TVector total = 0;
            for (int j = 0; j < end; j += width)
            {
                TVector e = TVector.Exp(*(TVector*)(row + j) - shift);
                *(TVector*)(row + j) = e;
                total += e;
            }

            if (end < keys)
            {
                new Span<T>(row + end, keys - end).Clear();
            }

            T shrink = T.Exp(maximum - from);
            sum = T.MultiplyAdd(sum, shrink, Lanes<T, TVector>.Sum(total));
            if (T.ToDouble(maximum) != T.ToDouble(next))
            {
                Multiply(output, shrink, Width);
            }

            maximum = next;
        }

        // Scores become probabilities, and the gradients of probabilities those of the products.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Slopes(T* p, T* d, int seen, int keys, T logSumExp, T inner)
        {
            int width = Lanes<T, TVector>.Width;
            int end = (seen + width - 1) / width * width;
            TVector shift = Lanes<T, TVector>.Fill(logSumExp);
            TVector mean = Lanes<T, TVector>.Fill(inner);
            TVector scale = Scale;
            for (int j = 0; j < end; j += width)
            {
                TVector own = TVector.Exp(*(TVector*)(p + j) - shift);
                *(TVector*)(p + j) = own;
                *(TVector*)(d + j) = own * (*(TVector*)(d + j) - mean) * scale;
            }

            // Lanes behind the end of what is seen may hold anything: their gradient, too, is that of nothing.
            for (int j = seen; j < keys; j++)
            {
                p[j] = d[j] = 0;
            }
        }

        private readonly void Drop(T* row, int head, int query, int first, int seen)
        {
            if (Dropout.Probability == 0)
            {
                return;
            }

            DropoutPair pair = new(Dropout.Probability);
            long start = ((((long)head * Queries) + query) * Keys) + first;
            for (int j = 0; j < seen; j++)
            {
                TUniform.Draw(Dropout.Seed, Dropout.Position, (int)((start + j) >> 1), out T u, out T v);
                bool isSecond = ((start + j) & 1) != 0;
                T other = 0;
                pair.Sample(isSecond ? v : u, v, ref row[j], ref other);
            }
        }

        private readonly T Dot(T* a, int stride, T* b)
        {
            T sum = 0;
            for (int j = 0; j < Width; j++)
            {
                sum += a[(nint)j * stride] * b[j];
            }

            return sum;
        }

        private static void Multiply(T* row, T factor, int length)
        {
            int width = Lanes<T, TVector>.Width;
            TVector factors = Lanes<T, TVector>.Fill(factor);
            int j = 0;
            for (; j <= length - width; j += width)
            {
                *(TVector*)(row + j) = *(TVector*)(row + j) * factors;
            }

            for (; j < length; j++)
            {
                row[j] *= factor;
            }
        }
    }
}

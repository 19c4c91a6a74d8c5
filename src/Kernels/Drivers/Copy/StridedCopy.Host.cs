namespace DeepSharp.Kernels;

/// <content>The loops of the CPU.</content>
internal static partial class StridedCopy
{
    private static unsafe class Host<T>
        where T : unmanaged
    {
        private const int Grain = 32 * 1024;

        // The edge of the square tiles in which a transposed copy is made: a tile of each side fits the first-level cache.
        private const int Edge = 16;

        internal static void Run(in LoopNest loops, in Operand output, in Operand input)
        {
            fixed (LoopNest* nest = &loops)
            {
                Run(nest, output.Block.Host<T>(output.Offset), input.Block.Host<T>(input.Offset));
            }
        }

        private static void Run(LoopNest* nest, T* to, T* from)
        {
            bool transposed = nest->Rank >= 2 && nest->InnerStride(0) == 1 && nest->InnerStride(1) != 1
                && nest->Strides[LoopNest.MaxRank + nest->Rank - 2] == 1;
            if (transposed)
            {
                int rows = nest->Dims[nest->Rank - 2];
                int planes = nest->OuterCount / rows;
                int bands = (rows + Edge - 1) / Edge;
                HostParallel.For(planes * bands, (int)Math.Max(1, Grain / ((long)Edge * nest->InnerLength)), new Transpose(nest, to, from, rows, bands));
            }
            else if (nest->Rank <= 1 && nest->InnerStride(0) == 1 && nest->InnerStride(1) == 1
                && (long)nest->InnerLength * sizeof(T) >= StreamedStore.From)
            {
                HostParallel.For(nest->InnerLength, Grain, new Streamed(to, from));
            }
            else if (nest->Rank <= 1)
            {
                HostParallel.For(nest->InnerLength, Grain, new Rows(nest, to, from));
            }
            else
            {
                HostParallel.For(nest->OuterCount, Math.Max(1, Grain / nest->InnerLength), new Rows(nest, to, from));
            }
        }

        private static void Row(T* to, T* from, int strideTo, int strideFrom, int length)
        {
            if (strideTo == 1 && strideFrom == 1)
            {
                new ReadOnlySpan<T>(from, length).CopyTo(new Span<T>(to, length));
            }
            else if (strideTo == 1 && strideFrom == 0)
            {
                new Span<T>(to, length).Fill(*from);
            }
            else
            {
                for (int i = 0; i < length; i++)
                {
                    to[(long)i * strideTo] = from[(long)i * strideFrom];
                }
            }
        }

        // The loops stand in the frame of Run, which outlives them: large to copy.
        private readonly struct Rows(LoopNest* nest, T* to, T* from) : IRangeBody
        {
            private readonly LoopNest* _nest = nest;

            public void Run(int start, int end)
            {
                int strideTo = _nest->InnerStride(0);
                int strideFrom = _nest->InnerStride(1);
                if (_nest->Rank <= 1)
                {
                    Row(to + ((long)start * strideTo), from + ((long)start * strideFrom), strideTo, strideFrom, end - start);
                    return;
                }

                for (int outer = start; outer < end; outer++)
                {
                    Row(to + _nest->OuterOffset(0, outer), from + _nest->OuterOffset(1, outer), strideTo, strideFrom, _nest->InnerLength);
                }
            }
        }

        private readonly struct Streamed(T* to, T* from) : IRangeBody
        {
            public void Run(int start, int end) => StreamedStore.Copy((byte*)(from + start), (byte*)(to + start), (long)(end - start) * sizeof(T));
        }

        private readonly struct Transpose(LoopNest* nest, T* to, T* from, int rows, int bands) : IRangeBody
        {
            private readonly LoopNest* _nest = nest;

            public void Run(int start, int end)
            {
                int columns = _nest->InnerLength;
                int strideTo = _nest->Strides[_nest->Rank - 2];
                int strideFrom = _nest->InnerStride(1);
                for (int band = start; band < end; band++)
                {
                    int plane = band / bands;
                    int row = (band - (plane * bands)) * Edge;
                    T* target = to + _nest->OuterOffset(0, (plane * rows) + row);
                    T* source = from + _nest->OuterOffset(1, (plane * rows) + row);
                    int height = Math.Min(Edge, rows - row);
                    for (int column = 0; column < columns; column += Edge)
                    {
                        int width = Math.Min(Edge, columns - column);
                        for (int r = 0; r < height; r++)
                        {
                            for (int c = column; c < column + width; c++)
                            {
                                target[((long)r * strideTo) + c] = source[r + ((long)c * strideFrom)];
                            }
                        }
                    }
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The CPU form of an element-wise function.</summary>
internal static unsafe class HostMap<TMap, TScalar, TVector, TStored>
    where TMap : unmanaged, ITypedMap<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, INumeric<TVector>
    where TStored : unmanaged, IStored<TStored, TScalar>
{
    // Elements a thread takes at a time: enough to pay for the hand-over, few enough to share evenly.
    private const int Grain = 16 * 1024;

    // Elements staged on the stack when an operand does not stand in a row or is stored otherwise than computed with.
    private const int Tile = 256;

    internal static void Run(TMap map, in LoopNest nest, in Operand output, in Operand a, in Operand b, in Operand c)
    {
        // What is read as well is in the cache anyway.
        bool streams = (long)output.Count * sizeof(TScalar) >= StreamedStore.From && nest.InnerLength >= Tile
            && !(TMap.Arity > 0 && ReferenceEquals(a.Block, output.Block)) && !(TMap.Arity > 1 && ReferenceEquals(b.Block, output.Block))
            && !(TMap.Arity > 2 && ReferenceEquals(c.Block, output.Block));
        Loop loop = new(map, nest, streams, Port.Of(output), TMap.Arity > 0 ? Port.Of(a) : default,
            TMap.Arity > 1 ? Port.Of(b) : default, TMap.Arity > 2 ? Port.Of(c) : default);
        if (nest.Rank <= 1)
        {
            HostParallel.For(nest.InnerLength, HostParallel.EvenGrain(nest.InnerLength, Grain, unit: 64), loop);
        }
        else
        {
            HostParallel.For(nest.OuterCount, Math.Max(1, Grain / nest.InnerLength), loop);
        }
    }

    /// <summary>Where an operand's elements start, and whether they are truth values.</summary>
    private readonly struct Port(byte* start, bool isMask)
    {
        internal readonly byte* Start = start;
        internal readonly bool IsMask = isMask;

        internal static Port Of(in Operand operand) =>
            new(operand.Block.Host<byte>((long)operand.Offset * operand.DType.Size), operand.DType == DType.Bool);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal byte* At(int offset) => Start + ((long)offset * (IsMask ? 1 : sizeof(TStored)));
    }

    private readonly struct Loop(TMap map, LoopNest nest, bool streams, Port output, Port a, Port b, Port c) : IRangeBody
    {
        private readonly TMap _map = map;
        private readonly LoopNest _nest = nest;
        private readonly bool _streams = streams;
        private readonly Port _output = output;
        private readonly Port _a = a;
        private readonly Port _b = b;
        private readonly Port _c = c;

        public void Run(int start, int end)
        {
            int so = _nest.InnerStride(0);
            int sa = _nest.InnerStride(1);
            int sb = _nest.InnerStride(2);
            int sc = _nest.InnerStride(3);
            if (_nest.Rank <= 1)
            {
                Row(start * so, start * sa, start * sb, start * sc, so, sa, sb, sc, end - start);
            }
            else
            {
                for (int outer = start; outer < end; outer++)
                {
                    Row(
                        _nest.OuterOffset(0, outer), _nest.OuterOffset(1, outer), _nest.OuterOffset(2, outer), _nest.OuterOffset(3, outer),
                        so, sa, sb, sc, _nest.InnerLength);
                }
            }

            if (_streams)
            {
                Interlocked.MemoryBarrier();
            }
        }

        private void Row(int oo, int oa, int ob, int oc, int so, int sa, int sb, int sc, int length)
        {
            bool direct = Direct(_output, so, length) && (TMap.Arity < 1 || Direct(_a, sa, length))
                && (TMap.Arity < 2 || Direct(_b, sb, length)) && (TMap.Arity < 3 || Direct(_c, sc, length));
            if (direct && _streams)
            {
                Streamed(
                    _map, (TScalar*)_output.At(oo), (TScalar*)_a.At(oa), (TScalar*)_b.At(ob), (TScalar*)_c.At(oc), length);
            }
            else if (direct)
            {
                Contiguous<CachedStore>(
                    _map, (TScalar*)_output.At(oo), (TScalar*)_a.At(oa), (TScalar*)_b.At(ob), (TScalar*)_c.At(oc), length);
            }
            else
            {
                Staged(oo, oa, ob, oc, so, sa, sb, sc, length);
            }
        }

        private void Staged(int oo, int oa, int ob, int oc, int so, int sa, int sb, int sc, int length)
        {
            TScalar* tileO = stackalloc TScalar[Tile];
            TScalar* tileA = stackalloc TScalar[Tile];
            TScalar* tileB = stackalloc TScalar[Tile];
            TScalar* tileC = stackalloc TScalar[Tile];
            bool directO = Direct(_output, so, length);
            for (int done = 0; done < length; done += Tile)
            {
                int count = Math.Min(Tile, length - done);
                TScalar* a = TMap.Arity > 0 ? Stage(_a, oa, sa, done, count, tileA) : tileO;
                TScalar* b = TMap.Arity > 1 ? Stage(_b, ob, sb, done, count, tileB) : tileO;
                TScalar* c = TMap.Arity > 2 ? Stage(_c, oc, sc, done, count, tileC) : tileO;
                TScalar* o = directO ? (TScalar*)_output.At(oo + done) : tileO;
                Contiguous<CachedStore>(_map, o, a, b, c, count);
                if (!directO)
                {
                    Unstage(tileO, oo + (done * so), so, count);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static bool Direct(Port port, int stride, int length) =>
            StoredRows<TStored, TScalar>.IsPlain && (stride == 1 || length == 1) && !port.IsMask;

        private static TScalar* Stage(Port port, int offset, int stride, int done, int count, TScalar* tile)
        {
            if (port.IsMask)
            {
                for (int i = 0; i < count; i++)
                {
                    tile[i] = *port.At(offset + ((done + i) * stride)) != 0 ? 1 : 0;
                }

                return tile;
            }

            TStored* source = (TStored*)port.At(offset + (done * stride));
            if (stride == 1)
            {
                if (StoredRows<TStored, TScalar>.IsPlain)
                {
                    return (TScalar*)source;
                }

                StoredRows<TStored, TScalar>.Load(source, tile, count);
                return tile;
            }

            if (stride == 0)
            {
                // A repeated element is staged once; later tiles are never longer than the first.
                if (done == 0)
                {
                    new Span<TScalar>(tile, count).Fill(TStored.Load(*source));
                }

                return tile;
            }

            for (int i = 0; i < count; i++)
            {
                tile[i] = TStored.Load(source[(long)i * stride]);
            }

            return tile;
        }

        private void Unstage(TScalar* tile, int offset, int stride, int count)
        {
            if (_output.IsMask)
            {
                for (int i = 0; i < count; i++)
                {
                    *_output.At(offset + (i * stride)) = TScalar.IsNonzero(tile[i]) ? (byte)1 : (byte)0;
                }

                return;
            }

            if (stride == 1)
            {
                StoredRows<TStored, TScalar>.Store(tile, (TStored*)_output.At(offset), count);
                return;
            }

            for (int i = 0; i < count; i++)
            {
                *(TStored*)_output.At(offset + (i * stride)) = TStored.Store(tile[i]);
            }
        }
    }

    private static void Streamed(TMap map, TScalar* o, TScalar* a, TScalar* b, TScalar* c, int length)
    {
        int line = StreamedStore.Line / sizeof(TScalar);
        int head = Math.Min(length, StreamedStore.ToLine(o) / sizeof(TScalar));
        int lines = (length - head) / line * line;
        int end = head + lines;
        Contiguous<CachedStore>(map, o, a, b, c, head);
        Contiguous<StreamedStore>(map, o + head, a + head, b + head, c + head, lines);
        Contiguous<CachedStore>(map, o + end, a + end, b + end, c + end, length - end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Contiguous<TStore>(TMap map, TScalar* o, TScalar* a, TScalar* b, TScalar* c, int length)
        where TStore : struct, IRowStore
    {
        int width = sizeof(TVector) / sizeof(TScalar);
        int i = 0;
        for (; i <= length - width; i += width)
        {
            TVector value = map.Apply(
                TMap.Arity > 0 ? *(TVector*)(a + i) : default,
                TMap.Arity > 1 ? *(TVector*)(b + i) : default,
                TMap.Arity > 2 ? *(TVector*)(c + i) : default);
            TStore.Store(value, o + i);
        }

        int rest = length - i;
        if (rest > 0)
        {
            // The tail runs the vector code too, so that an element's value does not depend on where it stands.
            TVector va = default;
            TVector vb = default;
            TVector vc = default;
            for (int lane = 0; lane < rest; lane++)
            {
                if (TMap.Arity > 0)
                {
                    ((TScalar*)&va)[lane] = a[i + lane];
                }

                if (TMap.Arity > 1)
                {
                    ((TScalar*)&vb)[lane] = b[i + lane];
                }

                if (TMap.Arity > 2)
                {
                    ((TScalar*)&vc)[lane] = c[i + lane];
                }
            }

            TVector vo = map.Apply(va, vb, vc);
            for (int lane = 0; lane < rest; lane++)
            {
                o[i + lane] = ((TScalar*)&vo)[lane];
            }
        }
    }
}

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
        fixed (LoopNest* loops = &nest)
        {
            Loop loop = new(
                map, loops, streams, HostOperand<TStored, TScalar>.Of(output), TMap.Arity > 0 ? HostOperand<TStored, TScalar>.Of(a) : default,
                TMap.Arity > 1 ? HostOperand<TStored, TScalar>.Of(b) : default, TMap.Arity > 2 ? HostOperand<TStored, TScalar>.Of(c) : default);
            if (nest.Rank <= 1)
            {
                HostParallel.For(nest.InnerLength, HostParallel.EvenGrain(nest.InnerLength, Grain, unit: 64), loop);
            }
            else
            {
                HostParallel.For(nest.OuterCount, Math.Max(1, Grain / nest.InnerLength), loop);
            }
        }
    }

    private readonly struct Loop(
        TMap map,
        LoopNest* nest,
        bool streams,
        HostOperand<TStored, TScalar> output,
        HostOperand<TStored, TScalar> a,
        HostOperand<TStored, TScalar> b,
        HostOperand<TStored, TScalar> c) : IRangeBody
    {
        private readonly TMap _map = map;

        // In the frame of Run, which outlives the loop: large to copy.
        private readonly LoopNest* _nest = nest;

        private readonly bool _streams = streams;
        private readonly HostOperand<TStored, TScalar> _output = output;
        private readonly HostOperand<TStored, TScalar> _a = a;
        private readonly HostOperand<TStored, TScalar> _b = b;
        private readonly HostOperand<TStored, TScalar> _c = c;

        public void Run(int start, int end)
        {
            int so = _nest->InnerStride(0);
            int sa = _nest->InnerStride(1);
            int sb = _nest->InnerStride(2);
            int sc = _nest->InnerStride(3);
            if (_nest->Rank <= 1)
            {
                Row(start * so, start * sa, start * sb, start * sc, so, sa, sb, sc, end - start);
            }
            else
            {
                for (int outer = start; outer < end; outer++)
                {
                    Row(
                        _nest->OuterOffset(0, outer), _nest->OuterOffset(1, outer), _nest->OuterOffset(2, outer), _nest->OuterOffset(3, outer),
                        so, sa, sb, sc, _nest->InnerLength);
                }
            }

            if (_streams)
            {
                Interlocked.MemoryBarrier();
            }
        }

        private void Row(int oo, int oa, int ob, int oc, int so, int sa, int sb, int sc, int length)
        {
            bool direct = _output.IsDirect(so, length) && (TMap.Arity < 1 || _a.IsDirect(sa, length))
                && (TMap.Arity < 2 || _b.IsDirect(sb, length)) && (TMap.Arity < 3 || _c.IsDirect(sc, length));
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
            bool directO = _output.IsDirect(so, length);
            for (int done = 0; done < length; done += Tile)
            {
                int count = Math.Min(Tile, length - done);
                TScalar* a = TMap.Arity > 0 ? _a.Stage(oa, sa, done, count, tileA) : tileO;
                TScalar* b = TMap.Arity > 1 ? _b.Stage(ob, sb, done, count, tileB) : tileO;
                TScalar* c = TMap.Arity > 2 ? _c.Stage(oc, sc, done, count, tileC) : tileO;
                TScalar* o = directO ? (TScalar*)_output.At(oo + done) : tileO;
                Contiguous<CachedStore>(_map, o, a, b, c, count);
                if (!directO)
                {
                    _output.Unstage(tileO, oo + (done * so), so, count);
                }
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

        if (i < length)
        {
            Tail(map, o + i, a + i, b + i, c + i, length - i);
        }
    }

    // Runs the vector code too, so that an element's value does not depend on where it stands; a call, so that the loop holds the function
    // once: the JIT inlines so much and no more into one method.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Tail(TMap map, TScalar* o, TScalar* a, TScalar* b, TScalar* c, int rest)
    {
        TVector va = default;
        TVector vb = default;
        TVector vc = default;
        TVector vo = default;
        for (int lane = 0; lane < rest; lane++)
        {
            if (TMap.Arity > 0)
            {
                ((TScalar*)&va)[lane] = a[lane];
            }

            if (TMap.Arity > 1)
            {
                ((TScalar*)&vb)[lane] = b[lane];
            }

            if (TMap.Arity > 2)
            {
                ((TScalar*)&vc)[lane] = c[lane];
            }
        }

        Contiguous<CachedStore>(map, (TScalar*)&vo, (TScalar*)&va, (TScalar*)&vb, (TScalar*)&vc, sizeof(TVector) / sizeof(TScalar));
        for (int lane = 0; lane < rest; lane++)
        {
            o[lane] = ((TScalar*)&vo)[lane];
        }
    }
}

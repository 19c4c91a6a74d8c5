using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <content>The loop of the CPU.</content>
internal static unsafe partial class BatchKernel
{
    private static void OnHost<TIn, TOut, TConversion, TTarget>(TConversion conversion, in Batch b)
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
        where TTarget : unmanaged
    {
        int grain = HostParallel.EvenGrain(b.Rows, Math.Max(1, 8 * 1024 / Math.Max(1, b.Width)));
        HostParallel.For(b.Rows, grain, new Rows<TIn, TOut, TConversion, TTarget>(
            b.Order, b.First, conversion, b.Width, b.TargetWidth, b.Features.Host<TIn>(), b.Targets.Host<TTarget>(), b.X.Host<TOut>(),
            b.Y.Host<TTarget>(), new HostIntegers(b.Tables is { } tables ? tables.Host<int>() : null)));
    }

    private readonly struct HostIntegers(int* values) : IIntegers
    {
        public int At(int index) => values[index];
    }

    private readonly struct Rows<TIn, TOut, TConversion, TTarget>(
        BatchOrder order, int first, TConversion conversion, int width, int targetWidth, TIn* features, TTarget* targets, TOut* x, TTarget* y, HostIntegers tables)
        : IRangeBody
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
        where TTarget : unmanaged
    {
        // Three rows of 784 bytes ahead keep a core's line-fill buffers busy; further ones would wait in line.
        private const int Ahead = 4;

        // The hardware follows a row by itself once it has seen some lines of it.
        private const int MostPrefetched = 1024;

        private readonly BatchOrder _order = order;

        public void Run(int start, int end)
        {
            // Shuffled rows lie anywhere in memory: the next ones are on their way while one is converted, or every row would wait for
            // the first of its lines. Samples are computed once; the ring remembers those asked for ahead of time.
            int* ring = stackalloc int[Ahead];
            for (int row = start; row < Math.Min(end, start + Ahead - 1); row++)
            {
                Prefetch(ring[row % Ahead] = _order.Sample(first + row, tables));
            }

            for (int row = start; row < end; row++)
            {
                if (row + Ahead - 1 < end)
                {
                    int next = row + Ahead - 1;
                    Prefetch(ring[next % Ahead] = _order.Sample(first + next, tables));
                }

                int sample = ring[row % Ahead];
                Convert(conversion, features + ((long)sample * width), x + ((long)row * width), width);
                new ReadOnlySpan<TTarget>(targets + ((long)sample * targetWidth), targetWidth)
                    .CopyTo(new Span<TTarget>(y + ((long)row * targetWidth), targetWidth));
            }
        }

        private void Prefetch(int sample)
        {
            if (Sse.IsSupported)
            {
                byte* row = (byte*)(features + ((long)sample * width));
                int bytes = Math.Min(width * sizeof(TIn), MostPrefetched);
                for (int i = 0; i < bytes; i += 64)
                {
                    Sse.Prefetch0(row + i);
                }

                Sse.Prefetch0(targets + ((long)sample * targetWidth));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static void Convert(TConversion conversion, TIn* from, TOut* to, int count)
        {
            int i = 0;
            if (typeof(TConversion) == typeof(Copied<TIn>))
            {
                new ReadOnlySpan<TOut>(from, count).CopyTo(new Span<TOut>(to, count));
                return;
            }

            if (typeof(TConversion) == typeof(BytesToFloat))
            {
                BytesToFloat bytes = Unsafe.As<TConversion, BytesToFloat>(ref conversion);
                Vector<float> scale = new(bytes.Scale);
                Vector<float> shift = new(bytes.Shift);
                for (; i <= count - Vector<byte>.Count; i += Vector<byte>.Count)
                {
                    Vector.Widen(*(Vector<byte>*)(from + i), out Vector<ushort> low, out Vector<ushort> high);
                    Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
                    Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
                    Vector<float>* target = (Vector<float>*)(to + i);
                    target[0] = (Vector.ConvertToSingle(a.As<uint, int>()) * scale) + shift;
                    target[1] = (Vector.ConvertToSingle(b.As<uint, int>()) * scale) + shift;
                    target[2] = (Vector.ConvertToSingle(c.As<uint, int>()) * scale) + shift;
                    target[3] = (Vector.ConvertToSingle(d.As<uint, int>()) * scale) + shift;
                }
            }

            for (; i < count; i++)
            {
                to[i] = conversion.Convert(from[i]);
            }
        }
    }
}

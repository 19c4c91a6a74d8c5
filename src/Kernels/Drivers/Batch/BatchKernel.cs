using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Gathers a shuffled mini-batch, features and targets, in one launch; no index ever exists in memory.</summary>
internal static class BatchKernel
{
    /// <summary>
    /// Rows [first, first + rows of the outputs) of an order: features are converted (bytes to Float32, if that is the output's type) with
    /// x scale + shift, or copied where nothing changes; targets are copied. All operands are contiguous; the first axis is the sample.
    /// </summary>
    internal static void Run(
        in BatchOrder order, int first, in Operand features, in Operand targets, in Operand x, in Operand y, double scale, double shift)
    {
        if (features.DType == x.DType && scale == 1 && shift == 0)
        {
            switch (features.DType.Size)
            {
                case 1:
                    Run<byte, byte, Copied<byte>>(order, first, features, targets, x, y, default);
                    break;
                case 4:
                    Run<int, int, Copied<int>>(order, first, features, targets, x, y, default);
                    break;
                default:
                    Run<long, long, Copied<long>>(order, first, features, targets, x, y, default);
                    break;
            }

            return;
        }

        switch (features.DType)
        {
            case DType.UInt8:
                Run<U8, F32, BytesToFloat>(order, first, features, targets, x, y, new((float)scale, (float)shift));
                break;
            case DType.Float64:
                Run<F64, F64, Rescale<F64>>(order, first, features, targets, x, y, new(scale, shift));
                break;
            default:
                Run<F32, F32, Rescale<F32>>(order, first, features, targets, x, y, new(scale, shift));
                break;
        }
    }

    private static void Run<TIn, TOut, TConversion>(
        in BatchOrder order, int first, in Operand features, in Operand targets, in Operand x, in Operand y, TConversion conversion)
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
    {
        switch (targets.DType.Size)
        {
            case 1:
                Run<TIn, TOut, TConversion, byte>(order, first, features, targets, x, y, conversion);
                break;
            case 2:
                Run<TIn, TOut, TConversion, short>(order, first, features, targets, x, y, conversion);
                break;
            case 4:
                Run<TIn, TOut, TConversion, int>(order, first, features, targets, x, y, conversion);
                break;
            default:
                Run<TIn, TOut, TConversion, long>(order, first, features, targets, x, y, conversion);
                break;
        }
    }

    private static unsafe void Run<TIn, TOut, TConversion, TTarget>(
        in BatchOrder order, int first, in Operand features, in Operand targets, in Operand x, in Operand y, TConversion conversion)
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
        where TTarget : unmanaged
    {
        int rows = x.Dims[0];
        if (rows == 0)
        {
            return;
        }

        int width = x.Count / rows;
        int targetWidth = y.Count / rows;
        Device device = x.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            int grain = HostParallel.EvenGrain(rows, Math.Max(1, 8 * 1024 / Math.Max(1, width)));
            HostParallel.For(rows, grain, new Rows<TIn, TOut, TConversion, TTarget>(
                order, first, conversion, width, targetWidth, features.Block.Host<TIn>(features.Offset),
                targets.Block.Host<TTarget>(targets.Offset), x.Block.Host<TOut>(x.Offset), y.Block.Host<TTarget>(y.Offset)));
            return;
        }

        int most = Math.Max(width, targetWidth);
        Arguments<TIn, TOut, TConversion, TTarget> arguments = new()
        {
            Order = order,
            Conversion = conversion,
            First = first,
            Rows = rows,
            Width = width,
            TargetWidth = targetWidth,
            Most = most,
            Features = features.Block.View<TIn>(features.Offset, features.Count),
            Targets = targets.Block.View<TTarget>(targets.Offset, targets.Count),
            X = x.Block.View<TOut>(x.Offset, x.Count),
            Y = y.Block.View<TTarget>(y.Offset, y.Count),
        };
        device.Kernel<Arguments<TIn, TOut, TConversion, TTarget>, Action<KernelConfig, Arguments<TIn, TOut, TConversion, TTarget>>>(
            static accelerator => accelerator.Launcher<Arguments<TIn, TOut, TConversion, TTarget>>(Kernel))(
                device.Grid(checked(rows * most)), arguments);
    }

    private static void Kernel<TIn, TOut, TConversion, TTarget>(Arguments<TIn, TOut, TConversion, TTarget> k)
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
        where TTarget : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)(k.Rows * k.Most); i += Grid.DimX * Group.DimX)
        {
            int row = i / k.Most;
            int column = i - (row * k.Most);
            int sample = k.Order.Sample(k.First + row);
            if (column < k.Width)
            {
                k.X[(row * k.Width) + column] = k.Conversion.Convert(k.Features[((long)sample * k.Width) + column]);
            }

            if (column < k.TargetWidth)
            {
                k.Y[(row * k.TargetWidth) + column] = k.Targets[((long)sample * k.TargetWidth) + column];
            }
        }
    }

    internal struct Arguments<TIn, TOut, TConversion, TTarget>
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged
        where TTarget : unmanaged
    {
        internal BatchOrder Order;
        internal TConversion Conversion;
        internal int First;
        internal int Rows;
        internal int Width;
        internal int TargetWidth;
        internal int Most;
        internal ArrayView<TIn> Features;
        internal ArrayView<TTarget> Targets;
        internal ArrayView<TOut> X;
        internal ArrayView<TTarget> Y;
    }

    private readonly unsafe struct Rows<TIn, TOut, TConversion, TTarget>(
        BatchOrder order, int first, TConversion conversion, int width, int targetWidth, TIn* features, TTarget* targets, TOut* x, TTarget* y)
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
                Prefetch(ring[row % Ahead] = _order.Sample(first + row));
            }

            for (int row = start; row < end; row++)
            {
                if (row + Ahead - 1 < end)
                {
                    int next = row + Ahead - 1;
                    Prefetch(ring[next % Ahead] = _order.Sample(first + next));
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

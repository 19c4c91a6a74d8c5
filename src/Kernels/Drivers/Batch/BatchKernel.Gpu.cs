using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernel of GPUs.</content>
internal static partial class BatchKernel
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TIn, TOut, TConversion, TTarget>(TConversion conversion, in Batch b)
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
        where TTarget : unmanaged
    {
        int most = Math.Max(b.Width, b.TargetWidth);
        b.X.Device.Launch(b.X.Device.Grid(checked(b.Rows * most)), Kernel, new Arguments<TIn, TOut, TConversion, TTarget>
        {
            Order = b.Order,
            Conversion = conversion,
            First = b.First,
            Rows = b.Rows,
            Width = b.Width,
            TargetWidth = b.TargetWidth,
            Most = most,
            Features = b.Features.View<TIn>(),
            Targets = b.Targets.View<TTarget>(),
            X = b.X.View<TOut>(),
            Y = b.Y.View<TTarget>(),

            // An order without tables reads none, and a kernel wants a view.
            Tables = new GpuIntegers((b.Tables ?? b.X).View<int>()),
        });
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
            int sample = k.Order.Sample(k.First + row, k.Tables);
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
        internal GpuIntegers Tables;
    }

    internal readonly struct GpuIntegers(ArrayView<int> values) : IIntegers
    {
        private readonly ArrayView<int> _values = values;

        public int At(int index) => _values[index];
    }
}

using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernel of GPUs: a thread makes one element, and draws again what is its image's.</content>
internal static partial class ImageKernel
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TMap, T>(TMap map, in ImageShape shape, in Operand output, in Operand source, in Operand table)
        where TMap : unmanaged, IImageMap
        where T : unmanaged, IReal<T> => output.Device.Launch(
            output.Device.Grid(output.Count),
            Kernel,
            new Arguments<TMap, T>
            {
                Map = map,
                Shape = shape,
                Count = output.Count,
                Output = output.View<T>(),
                Source = new(source.View<T>()),
                Table = new(table.View<T>()),
            });

    private static void Kernel<TMap, T>(Arguments<TMap, T> k)
        where TMap : unmanaged, IImageMap
        where T : unmanaged, IReal<T>
    {
        TMap map = k.Map;
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            int line = i / k.Shape.Width;
            int column = i - (line * k.Shape.Width);
            int plane = line / k.Shape.Height;
            int row = line - (plane * k.Shape.Height);
            int image = plane / k.Shape.Channels;
            int channel = plane - (image * k.Shape.Channels);
            map.Enter(image, k.Shape);
            k.Output[i] = map.At<T, GpuElements<T>>(k.Source, k.Table, k.Shape, image, channel, row, column);
        }
    }

    internal struct Arguments<TMap, T>
        where TMap : unmanaged
        where T : unmanaged
    {
        internal TMap Map;
        internal ImageShape Shape;
        internal int Count;
        internal ArrayView<T> Output;
        internal GpuElements<T> Source;
        internal GpuElements<T> Table;
    }

    internal readonly struct GpuElements<T>(ArrayView<T> values) : IElements<T>
        where T : unmanaged
    {
        private readonly ArrayView<T> _values = values;

        public T At(int index) => _values[index];
    }
}

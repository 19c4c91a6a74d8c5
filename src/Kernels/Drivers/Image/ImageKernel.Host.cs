using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <content>The loop of the CPU.</content>
internal static unsafe partial class ImageKernel
{
    private static void OnHost<TMap, T>(TMap map, in ImageShape shape, in Operand output, in Operand source, in Operand table)
        where TMap : unmanaged, IImageMap
        where T : unmanaged, IReal<T>
    {
        int grain = Math.Max(1, 4096 / (shape.Channels * shape.Height * shape.Width));
        HostParallel.For(shape.Images, grain, new Loop<TMap, T>(map, shape, output.Host<T>(), new(source.Host<T>()), new(table.Host<T>())));
    }

    private readonly struct Loop<TMap, T>(TMap map, ImageShape shape, T* output, HostElements<T> source, HostElements<T> table) : IRangeBody
        where TMap : unmanaged, IImageMap
        where T : unmanaged, IReal<T>
    {
        public void Run(int start, int end)
        {
            TMap own = map;
            ImageShape axes = shape;
            T* target = output + ((long)start * axes.Channels * axes.Height * axes.Width);
            for (int image = start; image < end; image++)
            {
                own.Enter(image, axes);
                for (int channel = 0; channel < axes.Channels; channel++)
                {
                    for (int row = 0; row < axes.Height; row++)
                    {
                        for (int column = 0; column < axes.Width; column++)
                        {
                            *target++ = own.At<T, HostElements<T>>(source, table, axes, image, channel, row, column);
                        }
                    }
                }
            }
        }
    }

    private readonly struct HostElements<T>(T* values) : IElements<T>
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T At(int index) => values[index];
    }
}

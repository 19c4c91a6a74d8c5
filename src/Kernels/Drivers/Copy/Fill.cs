using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Fills contiguous tensors with one value.</summary>
public static class Fill
{
    /// <summary>Sets all elements to zero.</summary>
    public static void Zero(in Operand output) => Value(output, 0);

    /// <summary>Sets all elements of a contiguous tensor to a value, converted to its element type.</summary>
    public static void Value(in Operand output, double value)
    {
        switch (output.DType)
        {
            case DType.Float32:
                Run(output, (float)value);
                break;
            case DType.Float64:
                Run(output, value);
                break;
            case DType.Float16:
                Run(output, F16.FromDouble(value));
                break;
            case DType.BFloat16:
                Run(output, BF16.FromDouble(value));
                break;
            case DType.Int32:
                Run(output, (int)value);
                break;
            case DType.Int64:
                Run(output, (long)value);
                break;
            case DType.UInt8:
                Run(output, (byte)value);
                break;
            default:
                Run(output, value != 0 ? (byte)1 : (byte)0);
                break;
        }
    }

    private static unsafe void Run<T>(in Operand output, T value)
        where T : unmanaged
    {
        int count = output.Count;
        if (count == 0)
        {
            return;
        }

        Device device = output.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            HostParallel.For(count, 16 * 1024, new Loop<T>(output.Block.Host<T>(output.Offset), value));
            return;
        }

        device.Kernel<Loop<T>, Action<KernelConfig, ArrayView<T>, T, int>>(
            static accelerator => accelerator.Launcher<ArrayView<T>, T, int>(Kernel))(
                device.Grid(count), output.Block.View<T>(output.Offset, count), value, count);
    }

    private static void Kernel<T>(ArrayView<T> output, T value, int count)
        where T : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            output[i] = value;
        }
    }

    private readonly unsafe struct Loop<T>(T* output, T value) : IRangeBody
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end) => new Span<T>(output + start, end - start).Fill(value);
    }
}

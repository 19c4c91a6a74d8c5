using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Copies elements between tensors of one shape and element type, whatever their strides.</summary>
public static class StridedCopy
{
    /// <summary>output = input. Both have one shape, element type and device, and do not overlap.</summary>
    public static void Run(in Operand output, in Operand input)
    {
        switch (output.DType.Size)
        {
            case 1:
                Run<byte>(output, input);
                break;
            case 2:
                Run<short>(output, input);
                break;
            case 4:
                Run<int>(output, input);
                break;
            default:
                Run<long>(output, input);
                break;
        }
    }

    private static void Run<T>(in Operand output, in Operand input)
        where T : unmanaged
    {
        if (output.Count == 0)
        {
            return;
        }

        LoopNest nest = LoopNest.Over(output.Dims, [output.Strides, input.Strides]);
        if (output.Device.IsHost)
        {
            output.Device.CountLaunch();
            HostCopy<T>.Run(nest, output, input);
            return;
        }

        Arguments<T> arguments = new()
        {
            Output = output.Block.View<T>(output.Offset, (output.Block.ByteLength / Unsafe.SizeOf<T>()) - output.Offset),
            Input = input.Block.View<T>(input.Offset, (input.Block.ByteLength / Unsafe.SizeOf<T>()) - input.Offset),
        };
        Device device = output.Device;
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            arguments.Nest = GpuNest.Of(nest, launch);
            device.Kernel<Arguments<T>, Action<KernelConfig, Arguments<T>>>(
                static accelerator => accelerator.Launcher<Arguments<T>>(Kernel))(grid, arguments);
        }
    }

    private static void Kernel<T>(Arguments<T> x)
        where T : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            x.Output[x.Nest.Output.At(index)] = x.Input[x.Nest.A.At(index)];
        }
    }

    internal struct Arguments<T>
        where T : unmanaged
    {
        internal GpuNest Nest;
        internal ArrayView<T> Output;
        internal ArrayView<T> Input;
    }
}

using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Casts between 16-bit floats and Float32: the ones that mixed precision makes all the time.</summary>
internal static unsafe class HalfCast<THalf>
    where THalf : unmanaged, IStored<THalf, F32>
{
    private const int Grain = 32 * 1024;

    internal static void Widen(in Operand output, in Operand input)
    {
        int count = output.Count;
        Device device = output.Device;
        if (count == 0)
        {
            return;
        }

        if (device.IsHost)
        {
            device.CountLaunch();
            HostParallel.For(count, Grain, new WidenLoop(input.Host<THalf>(), output.Host<F32>()));
            return;
        }

        device.Kernel<WidenLoop, Action<KernelConfig, ArrayView<THalf>, ArrayView<F32>, int>>(
            static accelerator => accelerator.Launcher<ArrayView<THalf>, ArrayView<F32>, int>(WidenKernel))(
                device.Grid(count), input.View<THalf>(), output.View<F32>(), count);
    }

    internal static void Narrow(in Operand output, in Operand input)
    {
        int count = output.Count;
        Device device = output.Device;
        if (count == 0)
        {
            return;
        }

        if (device.IsHost)
        {
            device.CountLaunch();
            HostParallel.For(count, Grain, new NarrowLoop(input.Host<F32>(), output.Host<THalf>()));
            return;
        }

        device.Kernel<NarrowLoop, Action<KernelConfig, ArrayView<F32>, ArrayView<THalf>, int>>(
            static accelerator => accelerator.Launcher<ArrayView<F32>, ArrayView<THalf>, int>(NarrowKernel))(
                device.Grid(count), input.View<F32>(), output.View<THalf>(), count);
    }

    private static void WidenKernel(ArrayView<THalf> input, ArrayView<F32> output, int count)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            output[i] = THalf.Load(input[i]);
        }
    }

    private static void NarrowKernel(ArrayView<F32> input, ArrayView<THalf> output, int count)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            output[i] = THalf.Store(input[i]);
        }
    }

    private readonly struct WidenLoop(THalf* input, F32* output) : IRangeBody
    {
        public void Run(int start, int end) => StoredRows<THalf, F32>.Load(input + start, output + start, end - start);
    }

    private readonly struct NarrowLoop(F32* input, THalf* output) : IRangeBody
    {
        public void Run(int start, int end) => StoredRows<THalf, F32>.Store(input + start, output + start, end - start);
    }
}

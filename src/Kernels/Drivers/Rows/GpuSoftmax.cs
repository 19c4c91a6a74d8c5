using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of the softmax: a group of threads per row.</summary>
internal static class GpuSoftmax<TForm, TScalar>
    where TForm : unmanaged, ISoftmaxForm
    where TScalar : unmanaged, IReal<TScalar>
{
    internal static void Forward(ArrayView<TScalar> y, ArrayView<TScalar> x, int rows, int columns, Device device) =>
        device.Kernel<ForwardKey, Action<KernelConfig, ArrayView<TScalar>, ArrayView<TScalar>, int>>(
            static accelerator => accelerator.Launcher<ArrayView<TScalar>, ArrayView<TScalar>, int>(ForwardKernel))(
                new KernelConfig(rows, GroupTree.Size(device, columns)), y, x, columns);

    internal static void Backward(
        ArrayView<TScalar> dx, ArrayView<TScalar> y, ArrayView<TScalar> dy, int rows, int columns, Device device) =>
        device.Kernel<BackwardKey, Action<KernelConfig, ArrayView<TScalar>, ArrayView<TScalar>, ArrayView<TScalar>, int>>(
            static accelerator =>
                accelerator.Launcher<ArrayView<TScalar>, ArrayView<TScalar>, ArrayView<TScalar>, int>(BackwardKernel))(
                    new KernelConfig(rows, GroupTree.Size(device, columns)), dx, y, dy, columns);

    private static void ForwardKernel(ArrayView<TScalar> y, ArrayView<TScalar> x, int columns)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int start = Grid.IdxX * columns;
        int end = start + columns;
        TScalar max = double.NegativeInfinity;
        for (int i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            max = TScalar.Max(max, x[i]);
        }

        max = GroupTree.Max(shared, max);
        TScalar sum = 0;
        for (int i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            sum += TScalar.Exp(x[i] - max);
        }

        TScalar normalizer = TForm.Normalizer(GroupTree.Sum(shared, sum));
        for (int i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            TScalar shifted = x[i] - max;
            y[i] = TForm.Result(TForm.Keep(shifted, TScalar.Exp(shifted)), normalizer);
        }
    }

    private static void BackwardKernel(ArrayView<TScalar> dx, ArrayView<TScalar> y, ArrayView<TScalar> dy, int columns)
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int start = Grid.IdxX * columns;
        int end = start + columns;
        TScalar sum = 0;
        for (int i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            sum += TForm.Term(y[i], dy[i]);
        }

        sum = GroupTree.Sum(shared, sum);
        for (int i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            dx[i] = TForm.Gradient(y[i], dy[i], sum);
        }
    }

    private readonly struct ForwardKey;

    private readonly struct BackwardKey;
}

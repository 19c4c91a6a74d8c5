using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>C = f(C + bias) in place, behind a product that a library has computed.</summary>
/// <typeparam name="T"><see cref="F32"/> or <see cref="F64"/>.</typeparam>
/// <typeparam name="TAct">The activation.</typeparam>
internal static class BlasEpilogue<T, TAct>
    where T : unmanaged, IReal<T>
    where TAct : unmanaged, IUnaryOp
{
    internal static void Run(Device device, Arguments arguments) =>
        device.Kernel<Arguments, Action<KernelConfig, Arguments>>(
            static accelerator => accelerator.Launcher<Arguments>(Kernel))(device.Grid(arguments.Count), arguments);

    private static void Kernel(Arguments x)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)x.Count; i += Grid.DimX * Group.DimX)
        {
            int column = i % x.Columns;
            int line = i / x.Columns;
            int at = (line / x.Rows * x.BatchC) + (line % x.Rows * x.RowC) + column;
            T value = x.C[at];
            if (x.HasBias != 0)
            {
                value += x.Bias[column];
            }

            x.C[at] = x.Activation.Forward(value);
        }
    }

    /// <summary>C and what is done to it.</summary>
    internal struct Arguments
    {
        internal ArrayView<T> C;
        internal ArrayView<T> Bias;
        internal TAct Activation;
        internal int HasBias;
        internal int Count;
        internal int Rows;
        internal int Columns;
        internal int RowC;
        internal int BatchC;
    }
}

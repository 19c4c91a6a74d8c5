using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of <see cref="RunningSum"/>: one thread.</summary>
internal static class GpuRunningSum<TScalar>
    where TScalar : unmanaged, IScalar<TScalar>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(in Operand sums, in Operand value, in Operand weight, RunningTerm term) => sums.Device.Launch(
        new KernelConfig(1, 1), Kernel, (sums.View<double>(), value.View<TScalar>(), weight.View<TScalar>(), term));

    private static void Kernel((ArrayView<double> Sums, ArrayView<TScalar> Value, ArrayView<TScalar> Weight, RunningTerm Term) x)
    {
        double counts = x.Term.Counts(TScalar.ToDouble(x.Weight[0]));
        x.Sums[0] += x.Term.Of(TScalar.ToDouble(x.Value[0]), counts);
        x.Sums[1] += counts;
    }
}

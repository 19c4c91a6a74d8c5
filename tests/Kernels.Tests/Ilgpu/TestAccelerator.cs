using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DeepSharp.Kernels.Tests.Ilgpu;

/// <summary>One small device for the tests of ILGPU itself: at most 8 threads a group.</summary>
internal static class TestAccelerator
{
    private static readonly Lazy<CPUAccelerator> Shared = new(Create);

    internal static CPUAccelerator Instance => Shared.Value;

    /// <summary>An accelerator of the test's own: a kernel that ILGPU refuses spoils its context.</summary>
    internal static CPUAccelerator Create() =>
        Context.Create(static builder => builder.CPU(new CPUDevice(2, 4, 1)).EnableAlgorithms()).CreateCPUAccelerator(0);

    /// <summary>Runs a kernel over a copy of <paramref name="data"/>, and returns what became of it.</summary>
    internal static T[] Run<T>(Action<ArrayView<T>> kernel, KernelConfig config, T[] data)
        where T : unmanaged
    {
        using MemoryBuffer1D<T, Stride1D.Dense> buffer = Instance.Allocate1D(data);
        Instance.LoadStreamKernel(kernel)(config, buffer.View);
        Instance.Synchronize();
        return buffer.GetAsArray1D();
    }
}

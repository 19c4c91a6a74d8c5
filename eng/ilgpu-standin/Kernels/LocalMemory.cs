using ILGPU.Execution;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>Memory of one thread's own, for as long as the kernel runs.</summary>
public static class LocalMemory
{
    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => Lane.Current.AllocateLocal<T>(extent);

    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => Allocate<T>(extent.X);
}

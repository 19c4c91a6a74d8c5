using ILGPU.Execution;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>
/// Memory that the threads of a group share. The nth allocation of one thread is the nth of all of them. Fresh memory is
/// filled with ones (NaN, -1), so that a kernel which reads what nobody wrote is found out.
/// </summary>
public static class SharedMemory
{
    public static ref T Allocate<T>()
        where T : unmanaged => ref Allocate<T>(1)[0];

    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged => Lane.Current.AllocateShared<T>(extent);

    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged => Allocate<T>(extent.X);

    /// <summary>The memory that the launch asked for; every call gives the same.</summary>
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged => Lane.Current.DynamicShared<T>();
}

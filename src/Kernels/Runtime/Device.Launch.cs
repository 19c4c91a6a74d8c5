using System.Runtime.CompilerServices;
using DeepSharp.Kernels;
using ILGPU;

namespace DeepSharp;

/// <content>Starts kernels.</content>
public sealed partial class Device
{
    /// <summary>The library for matrix products of a device other than the host, or null.</summary>
    internal IBlas? Blas => Backend!.Blas;

    internal int MaxGroupSize => Backend!.MaxGroupSize;

    /// <summary>Whether host code runs over the memory in place; a kernel that asks counts as started if so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool StartsOnHost()
    {
        if (!IsHost)
        {
            return false;
        }

        Interlocked.Increment(ref _launches);
        return true;
    }

    /// <summary>Counts a kernel that host code ran.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CountLaunch() => Interlocked.Increment(ref _launches);

    /// <summary>
    /// Starts a kernel, compiled at its first start: <c>device.Launch(grid, Kernel, arguments)</c>. Only in methods that the host does not
    /// run: see <see cref="IlgpuBackend"/>.
    /// </summary>
    /// <param name="grid">Groups and their threads.</param>
    /// <param name="kernel">A static method, given as such: C# keeps one delegate of it, which is the key here.</param>
    /// <param name="arguments">All its arguments: one struct.</param>
    internal void Launch<T>(KernelConfig grid, Action<T> kernel, in T arguments)
        where T : struct
    {
        // Always so, as only devices other than the host come here; compilers that work ahead of time leave ILGPU out by it.
        if (GpuSupport.IsSupported)
        {
            Interlocked.Increment(ref _launches);
            Backend!.Launcher(kernel)(grid, arguments);
        }
    }

    /// <summary>The launch shape of a grid-stride loop over <paramref name="count"/> items, at least one.</summary>
    /// <remarks>Such loops compare their index as <c>uint</c>: close to the largest count, the index behind the last item wraps.</remarks>
    internal KernelConfig Grid(int count) => Backend!.Grid(count);

    /// <summary>An emulated device of its own that has a library for matrix products: for tests.</summary>
    internal static Device EmulatedWith(IBlas blas) => new(DeviceKind.Emulated, 1, IlgpuBackend.Emulated(blas));

    /// <summary>An emulated device of its own that counts as one without double precision, though its kernels have it: for tests.</summary>
    internal static Device EmulatedWithoutDoubles() => new(DeviceKind.Emulated, 2, IlgpuBackend.Emulated(null, hasDoubles: false));
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using DeepSharp.Kernels;
using ILGPU;

namespace DeepSharp;

/// <content>Starts kernels.</content>
public sealed partial class Device
{
    private readonly Dictionary<Delegate, Delegate> _launchers = [];

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

    /// <summary>
    /// Starts a kernel, compiled at its first start: <c>device.Launch(grid, Kernel, arguments)</c>. The compiled form is kept: ILGPU's
    /// own cache holds it weakly, and even a cached load costs milliseconds.
    /// </summary>
    /// <param name="grid">Groups and their threads.</param>
    /// <param name="kernel">A static method, given as such: C# keeps one delegate of it, which is the key here.</param>
    /// <param name="arguments">All its arguments: one struct.</param>
    internal void Launch<T>(KernelConfig grid, Action<T> kernel, in T arguments)
        where T : struct
    {
        Interlocked.Increment(ref _launches);
        Delegate? launcher;
        lock (_lock)
        {
            if (!_launchers.TryGetValue(kernel, out launcher))
            {
                KernelTypes.RequireVisible(kernel.Method);
                long start = Stopwatch.GetTimestamp();
                launcher = Accelerator.Launcher(kernel);
                _compileTime += Stopwatch.GetElapsedTime(start);
                _launchers.Add(kernel, launcher);
            }
        }

        Unsafe.As<Action<KernelConfig, T>>(launcher)(grid, arguments);
    }
}

using ILGPU;
using ILGPU.Runtime;

namespace DeepSharp.Kernels;

/// <summary>Loads kernels as functions that any thread may call.</summary>
/// <remarks>
/// OpenCL takes the arguments of a kernel one by one before the launch, and two threads that do so with one kernel mix theirs
/// (clSetKernelArg is not safe then); ILGPU does not lock. CUDA and the emulation take launch and arguments at once.
/// </remarks>
internal static class Launchers
{
    internal static Action<KernelConfig, T> Launcher<T>(this Accelerator accelerator, Action<T> kernel)
        where T : struct
    {
        Action<KernelConfig, T> launch = accelerator.LoadStreamKernel(kernel);
        return Gate(accelerator) is not { } gate ? launch : (config, arguments) =>
        {
            lock (gate)
            {
                launch(config, arguments);
            }
        };
    }

    internal static Action<KernelConfig, T1, T2, T3> Launcher<T1, T2, T3>(this Accelerator accelerator, Action<T1, T2, T3> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
    {
        Action<KernelConfig, T1, T2, T3> launch = accelerator.LoadStreamKernel(kernel);
        return Gate(accelerator) is not { } gate ? launch : (config, x1, x2, x3) =>
        {
            lock (gate)
            {
                launch(config, x1, x2, x3);
            }
        };
    }

    internal static Action<KernelConfig, T1, T2, T3, T4> Launcher<T1, T2, T3, T4>(this Accelerator accelerator, Action<T1, T2, T3, T4> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
    {
        Action<KernelConfig, T1, T2, T3, T4> launch = accelerator.LoadStreamKernel(kernel);
        return Gate(accelerator) is not { } gate ? launch : (config, x1, x2, x3, x4) =>
        {
            lock (gate)
            {
                launch(config, x1, x2, x3, x4);
            }
        };
    }

    internal static Action<KernelConfig, T1, T2, T3, T4, T5> Launcher<T1, T2, T3, T4, T5>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
    {
        Action<KernelConfig, T1, T2, T3, T4, T5> launch = accelerator.LoadStreamKernel(kernel);
        return Gate(accelerator) is not { } gate ? launch : (config, x1, x2, x3, x4, x5) =>
        {
            lock (gate)
            {
                launch(config, x1, x2, x3, x4, x5);
            }
        };
    }

    internal static Action<KernelConfig, T1, T2, T3, T4, T5, T6> Launcher<T1, T2, T3, T4, T5, T6>(this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> kernel)
        where T1 : struct
        where T2 : struct
        where T3 : struct
        where T4 : struct
        where T5 : struct
        where T6 : struct
    {
        Action<KernelConfig, T1, T2, T3, T4, T5, T6> launch = accelerator.LoadStreamKernel(kernel);
        return Gate(accelerator) is not { } gate ? launch : (config, x1, x2, x3, x4, x5, x6) =>
        {
            lock (gate)
            {
                launch(config, x1, x2, x3, x4, x5, x6);
            }
        };
    }

    private static Lock? Gate(Accelerator accelerator) => accelerator.AcceleratorType == AcceleratorType.OpenCL ? new Lock() : null;
}

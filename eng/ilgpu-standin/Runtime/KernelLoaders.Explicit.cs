using ILGPU.Execution;

namespace ILGPU.Runtime;

/// <content>Explicitly grouped kernels, launched with a stream and a shape.</content>
public static partial class KernelLoaders
{
    public static Action<AcceleratorStream, KernelConfig, T1> LoadKernel<T1>(this Accelerator accelerator, Action<T1> action)
        where T1 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1) => kernel.Launch(config, () => action(p1));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2> LoadKernel<T1, T2>(this Accelerator accelerator, Action<T1, T2> action)
        where T1 : struct where T2 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2) => kernel.Launch(config, () => action(p1, p2));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3> LoadKernel<T1, T2, T3>(
        this Accelerator accelerator, Action<T1, T2, T3> action)
        where T1 : struct where T2 : struct where T3 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3) => kernel.Launch(config, () => action(p1, p2, p3));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4> LoadKernel<T1, T2, T3, T4>(
        this Accelerator accelerator, Action<T1, T2, T3, T4> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4) => kernel.Launch(config, () => action(p1, p2, p3, p4));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5> LoadKernel<T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6> LoadKernel<T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7> LoadKernel<T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6, p7) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6, p7));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6, p7, p8) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6, p7, p8));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6, p7, p8, p9) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6, p7, p8, p9));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11));
    }

    public static Action<AcceleratorStream, KernelConfig, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadKernel<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct where T7 : struct
        where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        KernelLauncher kernel = new(accelerator, action);
        return (_, config, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => kernel.Launch(config, () => action(p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12));
    }
}

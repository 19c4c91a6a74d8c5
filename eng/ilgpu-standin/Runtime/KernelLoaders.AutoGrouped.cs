using ILGPU.Execution;

namespace ILGPU.Runtime;

/// <content>Implicitly grouped kernels, launched with an extent.</content>
public static partial class KernelLoaders
{
    public static Action<TIndex, T1> LoadAutoGroupedStreamKernel<TIndex, T1>(this Accelerator accelerator, Action<TIndex, T1> action)
        where TIndex : struct, IIndex where T1 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1) => kernel.Launch(extent, index => action(index, p1));
    }

    public static Action<TIndex, T1, T2> LoadAutoGroupedStreamKernel<TIndex, T1, T2>(
        this Accelerator accelerator, Action<TIndex, T1, T2> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2) => kernel.Launch(extent, index => action(index, p1, p2));
    }

    public static Action<TIndex, T1, T2, T3> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3) => kernel.Launch(extent, index => action(index, p1, p2, p3));
    }

    public static Action<TIndex, T1, T2, T3, T4> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6, p7) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6, p7));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6, p7, p8));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6, p7, p8, p9));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11));
    }

    public static Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> LoadAutoGroupedStreamKernel<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12>(
        this Accelerator accelerator, Action<TIndex, T1, T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12> action)
        where TIndex : struct, IIndex where T1 : struct where T2 : struct where T3 : struct where T4 : struct where T5 : struct where T6 : struct
        where T7 : struct where T8 : struct where T9 : struct where T10 : struct where T11 : struct where T12 : struct
    {
        KernelLauncher kernel = KernelLauncher.Implicit<TIndex>(accelerator, action, accelerator.WarpSize);
        return (extent, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12) => kernel.Launch(extent, index => action(index, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12));
    }
}

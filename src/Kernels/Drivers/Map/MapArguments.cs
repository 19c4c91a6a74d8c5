using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The arguments of an element-wise kernel, in one struct.</summary>
internal struct MapArguments<TMap, TOut, TFirst, TStored>
    where TMap : unmanaged
    where TOut : unmanaged
    where TFirst : unmanaged
    where TStored : unmanaged
{
    internal TMap Map;
    internal GpuNest Nest;
    internal ArrayView<TOut> Output;
    internal ArrayView<TFirst> A;
    internal ArrayView<TStored> B;
    internal ArrayView<TStored> C;
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of an element-wise function: a grid-stride kernel.</summary>
/// <remarks>How operands are stored is a type, so each combination of masks and numbers is a kernel of its own.</remarks>
internal static class GpuMap<TMap, TScalar, TVector, TStored>
    where TMap : unmanaged, ITypedMap<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, INumeric<TVector>
    where TStored : unmanaged, IStored<TStored, TScalar>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(TMap map, in LoopNest nest, in Operand output, in Operand a, in Operand b, in Operand c)
    {
        Debug.Assert(
            !(TMap.Arity > 1 && b.DType == DType.Bool) && !(TMap.Arity > 2 && c.DType == DType.Bool), "A mask is the first input, or none.");
        switch (output.DType == DType.Bool, TMap.Arity > 0 && a.DType == DType.Bool)
        {
            case (false, false):
                Launch<TStored, TStored>(map, nest, output, a, b, c);
                break;
            case (false, true):
                Launch<TStored, Mask<TScalar>>(map, nest, output, a, b, c);
                break;
            case (true, false):
                Launch<Mask<TScalar>, TStored>(map, nest, output, a, b, c);
                break;
            default:
                Launch<Mask<TScalar>, Mask<TScalar>>(map, nest, output, a, b, c);
                break;
        }
    }

    private static void Launch<TOut, TFirst>(
        TMap map, in LoopNest nest, in Operand output, in Operand a, in Operand b, in Operand c)
        where TOut : unmanaged, IStored<TOut, TScalar>
        where TFirst : unmanaged, IStored<TFirst, TScalar>
    {
        Device device = output.Device;
        ArrayView<TOut> o = output.View<TOut>();
        MapArguments<TMap, TOut, TFirst, TStored> arguments = new()
        {
            Map = map,
            Output = o,
            A = TMap.Arity > 0 ? a.View<TFirst>() : o.Cast<TFirst>(),
            B = TMap.Arity > 1 ? b.View<TStored>() : o.Cast<TStored>(),
            C = TMap.Arity > 2 ? c.View<TStored>() : o.Cast<TStored>(),
        };
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int outer = 0; outer < GpuNest.LaunchCount(nest); outer++)
        {
            arguments.Nest = GpuNest.Of(nest, outer);
            device.Launch(grid, Kernel, arguments);
        }
    }

    private static void Kernel<TOut, TFirst>(MapArguments<TMap, TOut, TFirst, TStored> x)
        where TOut : unmanaged, IStored<TOut, TScalar>
        where TFirst : unmanaged, IStored<TFirst, TScalar>
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            TScalar value = x.Map.Apply(
                TMap.Arity > 0 ? TFirst.Load(x.A[x.Nest.A.At(index)]) : default,
                TMap.Arity > 1 ? TStored.Load(x.B[x.Nest.B.At(index)]) : default,
                TMap.Arity > 2 ? TStored.Load(x.C[x.Nest.C.At(index)]) : default);
            x.Output[x.Nest.Output.At(index)] = TOut.Store(value);
        }
    }
}

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

using ILGPU;
using ILGPU.Runtime;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of an element-wise function: grid-stride kernels, one for plain and one for strided operands.</summary>
/// <remarks>Masks are bytes, so each combination of mask and number operands is a kernel of its own.</remarks>
internal static class GpuMap<TMap, TScalar, TVector>
    where TMap : unmanaged, ITypedMap<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    internal static void Run(TMap map, in LoopNest nest, in Operand output, in Operand a, in Operand b, in Operand c)
    {
        bool maskOut = output.DType == DType.Bool;
        bool maskA = TMap.Arity > 0 && a.DType == DType.Bool;
        if ((TMap.Arity > 1 && b.DType == DType.Bool) || (TMap.Arity > 2 && c.DType == DType.Bool))
        {
            throw new ArgumentException("A mask can only be the first input of an element-wise function. Cast the others first.");
        }

        Device device = output.Device;
        if (!maskOut && !maskA)
        {
            Launch(
                device.Kernel<MapArguments<TMap, TScalar, TScalar, TScalar>, Action<KernelConfig, MapArguments<TMap, TScalar, TScalar, TScalar>>>(
                    static accelerator => accelerator.LoadStreamKernel<MapArguments<TMap, TScalar, TScalar, TScalar>>(NumbersKernel)),
                map, nest, output, a, b, c);
        }
        else if (maskOut && maskA)
        {
            Launch(
                device.Kernel<MapArguments<TMap, byte, byte, TScalar>, Action<KernelConfig, MapArguments<TMap, byte, byte, TScalar>>>(
                    static accelerator => accelerator.LoadStreamKernel<MapArguments<TMap, byte, byte, TScalar>>(MasksKernel)),
                map, nest, output, a, b, c);
        }
        else if (maskOut)
        {
            Launch(
                device.Kernel<MapArguments<TMap, byte, TScalar, TScalar>, Action<KernelConfig, MapArguments<TMap, byte, TScalar, TScalar>>>(
                    static accelerator => accelerator.LoadStreamKernel<MapArguments<TMap, byte, TScalar, TScalar>>(CompareKernel)),
                map, nest, output, a, b, c);
        }
        else
        {
            Launch(
                device.Kernel<MapArguments<TMap, TScalar, byte, TScalar>, Action<KernelConfig, MapArguments<TMap, TScalar, byte, TScalar>>>(
                    static accelerator => accelerator.LoadStreamKernel<MapArguments<TMap, TScalar, byte, TScalar>>(SelectKernel)),
                map, nest, output, a, b, c);
        }
    }

    private static void Launch<TOut, TFirst>(
        Action<KernelConfig, MapArguments<TMap, TOut, TFirst, TScalar>> kernel,
        TMap map,
        in LoopNest nest,
        in Operand output,
        in Operand a,
        in Operand b,
        in Operand c)
        where TOut : unmanaged
        where TFirst : unmanaged
    {
        ArrayView<TOut> o = View<TOut>(output);
        MapArguments<TMap, TOut, TFirst, TScalar> arguments = new()
        {
            Map = map,
            Output = o,
            A = TMap.Arity > 0 ? View<TFirst>(a) : o.Cast<TFirst>(),
            B = TMap.Arity > 1 ? View<TScalar>(b) : o.Cast<TScalar>(),
            C = TMap.Arity > 2 ? View<TScalar>(c) : o.Cast<TScalar>(),
        };
        int count = GpuNest.InnerCount(nest);
        KernelConfig grid = output.Device.Grid(count);
        for (int outer = 0; outer < GpuNest.LaunchCount(nest); outer++)
        {
            arguments.Nest = GpuNest.Of(nest, outer);
            kernel(grid, arguments);
        }
    }

    private static ArrayView<T> View<T>(in Operand operand)
        where T : unmanaged
    {
        int size = operand.DType.Size;
        return operand.Block.View<T>(operand.Offset, (operand.Block.ByteLength / size) - operand.Offset);
    }

    private static void NumbersKernel(MapArguments<TMap, TScalar, TScalar, TScalar> x)
    {
        for (int i = Grid.GlobalIndex.X; i < x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            x.Output[x.Nest.Output.At(index)] = x.Map.Apply(
                TMap.Arity > 0 ? x.A[x.Nest.A.At(index)] : default,
                TMap.Arity > 1 ? x.B[x.Nest.B.At(index)] : default,
                TMap.Arity > 2 ? x.C[x.Nest.C.At(index)] : default);
        }
    }

    private static void CompareKernel(MapArguments<TMap, byte, TScalar, TScalar> x)
    {
        for (int i = Grid.GlobalIndex.X; i < x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            TScalar value = x.Map.Apply(
                TMap.Arity > 0 ? x.A[x.Nest.A.At(index)] : default,
                TMap.Arity > 1 ? x.B[x.Nest.B.At(index)] : default,
                TMap.Arity > 2 ? x.C[x.Nest.C.At(index)] : default);
            x.Output[x.Nest.Output.At(index)] = TScalar.IsNonzero(value) ? (byte)1 : (byte)0;
        }
    }

    private static void SelectKernel(MapArguments<TMap, TScalar, byte, TScalar> x)
    {
        for (int i = Grid.GlobalIndex.X; i < x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            TScalar mask = x.A[x.Nest.A.At(index)] != 0 ? 1 : 0;
            x.Output[x.Nest.Output.At(index)] = x.Map.Apply(
                mask,
                TMap.Arity > 1 ? x.B[x.Nest.B.At(index)] : default,
                TMap.Arity > 2 ? x.C[x.Nest.C.At(index)] : default);
        }
    }

    private static void MasksKernel(MapArguments<TMap, byte, byte, TScalar> x)
    {
        for (int i = Grid.GlobalIndex.X; i < x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            TScalar mask = x.A[x.Nest.A.At(index)] != 0 ? 1 : 0;
            x.Output[x.Nest.Output.At(index)] = TScalar.IsNonzero(x.Map.Apply(mask, default, default)) ? (byte)1 : (byte)0;
        }
    }
}

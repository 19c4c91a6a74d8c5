using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of an element-wise function of several outputs: a grid-stride kernel.</summary>
internal static class GpuMultiMap<TMap, TScalar, TStored>
    where TMap : unmanaged, IMultiMap
    where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    where TStored : unmanaged, IStored<TStored, TScalar>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(TMap map, in LoopNest nest, Operand[] operands)
    {
        Device device = operands[0].Device;
        Arguments arguments = new() { Map = map };
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            arguments.Nest = GpuNest.Of(nest, launch);
            arguments.P0 = GpuOperand.Of(nest, operands, 0, launch);
            arguments.P1 = GpuOperand.Of(nest, operands, 1, launch);
            arguments.P2 = GpuOperand.Of(nest, operands, 2, launch);
            arguments.P3 = GpuOperand.Of(nest, operands, 3, launch);
            arguments.P4 = GpuOperand.Of(nest, operands, 4, launch);
            arguments.P5 = GpuOperand.Of(nest, operands, 5, launch);
            arguments.P6 = GpuOperand.Of(nest, operands, 6, launch);
            arguments.P7 = GpuOperand.Of(nest, operands, 7, launch);
            device.Launch(grid, Kernel, arguments);
        }

        GC.KeepAlive(operands);
    }

    private static void Kernel(Arguments x)
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)x.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = x.Nest.Index(i);
            Pack<TScalar> y = x.Map.Apply(new Pack<TScalar>
            {
                A = Load(x, 0, index),
                B = Load(x, 1, index),
                C = Load(x, 2, index),
                D = Load(x, 3, index),
                E = Load(x, 4, index),
                F = Load(x, 5, index),
                G = Load(x, 6, index),
            });
            Store(x.P0, 0, index, y.A);
            Store(x.P1, 1, index, y.B);
            Store(x.P2, 2, index, y.C);
            Store(x.P3, 3, index, y.D);
            Store(x.P4, 4, index, y.E);
            Store(x.P5, 5, index, y.F);
            Store(x.P6, 6, index, y.G);
        }
    }

    // Constants decide, so a kernel loads and stores what its function has.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TScalar Load(in Arguments x, int input, in GpuIndex index) => input >= TMap.Inputs ? default : (TMap.Outputs + input) switch
    {
        1 => x.P1.Load(index),
        2 => x.P2.Load(index),
        3 => x.P3.Load(index),
        4 => x.P4.Load(index),
        5 => x.P5.Load(index),
        6 => x.P6.Load(index),
        _ => x.P7.Load(index),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(in GpuOperand operand, int output, in GpuIndex index, TScalar value)
    {
        if (output < TMap.Outputs)
        {
            operand.Store(index, value);
        }
    }

    internal struct GpuOperand
    {
        internal ArrayView<TStored> Elements;
        internal GpuStrides Strides;

        // A place that no operand takes repeats the first output.
        internal static GpuOperand Of(in LoopNest nest, Operand[] operands, int operand, int launch)
        {
            operand = operand < operands.Length ? operand : 0;
            return new GpuOperand { Elements = operands[operand].View<TStored>(), Strides = GpuNest.StridesOf(nest, operand, launch) };
        }

        internal readonly TScalar Load(in GpuIndex index) => TStored.Load(Elements[Strides.At(index)]);

        internal readonly void Store(in GpuIndex index, TScalar value) => Elements[Strides.At(index)] = TStored.Store(value);
    }

    internal struct Arguments
    {
        internal TMap Map;
        internal GpuNest Nest;
        internal GpuOperand P0;
        internal GpuOperand P1;
        internal GpuOperand P2;
        internal GpuOperand P3;
        internal GpuOperand P4;
        internal GpuOperand P5;
        internal GpuOperand P6;
        internal GpuOperand P7;
    }
}

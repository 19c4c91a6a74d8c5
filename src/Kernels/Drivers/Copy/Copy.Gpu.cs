using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU forms of filling, converting and copying.</summary>
internal static class CopyKernels
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Fill<T>(in Operand output, T value)
        where T : unmanaged =>
        output.Device.Launch(output.Device.Grid(output.Count), FillKernel, (output.View<T>(), value, output.Count));

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Convert<TIn, TOut>(in Operand output, in Operand input)
        where TIn : unmanaged, IScalar<TIn>
        where TOut : unmanaged, IScalar<TOut> =>
        output.Device.Launch(
            output.Device.Grid(output.Count), ConvertKernel, (output.View<TOut>(), input.View<TIn>(), output.Count, Ends<TOut>.Of(output.DType)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Store<TStored, TScalar>(in Operand output, in Operand input)
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged =>
        output.Device.Launch(output.Device.Grid(output.Count), StoreKernel, (output.View<TStored>(), input.View<TScalar>(), output.Count));

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Load<TStored, TScalar>(in Operand output, in Operand input)
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged =>
        output.Device.Launch(output.Device.Grid(output.Count), LoadKernel, (output.View<TScalar>(), input.View<TStored>(), output.Count));

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Copy<T>(in LoopNest nest, in Operand output, in Operand input)
        where T : unmanaged
    {
        KernelConfig grid = output.Device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            output.Device.Launch(grid, CopyKernel, (output.View<T>(), input.View<T>(), GpuNest.Of(nest, launch)));
        }
    }

    private static void FillKernel<T>((ArrayView<T> Output, T Value, int Count) k)
        where T : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            k.Output[i] = k.Value;
        }
    }

    private static void ConvertKernel<TIn, TOut>((ArrayView<TOut> Output, ArrayView<TIn> Input, int Count, Ends<TOut> Ends) k)
        where TIn : unmanaged, IScalar<TIn>
        where TOut : unmanaged, IScalar<TOut>
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            // Digits of an integer would be lost in a double, and many more where a double is a float.
            if (TIn.IsInteger && TOut.IsInteger)
            {
                k.Output[i] = TOut.FromInteger(TIn.ToInteger(k.Input[i]));
                continue;
            }

            double value = TIn.ToDouble(k.Input[i]);
            k.Output[i] = value >= k.Ends.Above ? k.Ends.Most
                : value <= k.Ends.Below ? k.Ends.Least
                : double.IsNaN(value) ? k.Ends.NaN
                : TOut.FromDouble(value);
        }
    }

    private static void StoreKernel<TStored, TScalar>((ArrayView<TStored> Output, ArrayView<TScalar> Input, int Count) k)
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            k.Output[i] = TStored.Store(k.Input[i]);
        }
    }

    private static void LoadKernel<TStored, TScalar>((ArrayView<TScalar> Output, ArrayView<TStored> Input, int Count) k)
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Count; i += Grid.DimX * Group.DimX)
        {
            k.Output[i] = TStored.Load(k.Input[i]);
        }
    }

    private static void CopyKernel<T>((ArrayView<T> Output, ArrayView<T> Input, GpuNest Nest) k)
        where T : unmanaged
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex index = k.Nest.Index(i);
            k.Output[k.Nest.Output.At(index)] = k.Input[k.Nest.A.At(index)];
        }
    }
}

/// <summary>What the host makes of numbers beyond the ends of a type, and of NaN: devices differ in that.</summary>
internal readonly struct Ends<T>(T most, T least, T nan, double above, double below)
    where T : unmanaged, IScalar<T>
{
    internal readonly T Most = most;
    internal readonly T Least = least;
    internal readonly T NaN = nan;
    internal readonly double Above = above;
    internal readonly double Below = below;

    internal static Ends<T> Of(DType dtype)
    {
        T most = T.FromDouble(double.PositiveInfinity);
        T least = T.FromDouble(double.NegativeInfinity);

        // A mask has no ends: what is not 0 is true.
        return dtype == DType.Bool
            ? new(most, least, T.FromDouble(double.NaN), double.PositiveInfinity, double.NegativeInfinity)
            : new(most, least, T.FromDouble(double.NaN), T.ToDouble(most), T.ToDouble(least));
    }
}

using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernels of GPUs.</content>
internal static unsafe partial class Indexing
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void GatherOnGpu<T, TIndex>(in Places places)
        where T : unmanaged
        where TIndex : unmanaged, IIndex<TIndex>
    {
        // NaN, whatever the format, is all ones.
        T missing = default;
        new Span<byte>(&missing, sizeof(T)).Fill(places.Table.DType.IsFloatingPoint ? byte.MaxValue : byte.MinValue);
        LoopNest nest = places.Nest;
        Device device = places.Table.Device;
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            device.Launch(grid, GatherKernel, new Arguments<T, TIndex>(places, GpuNest.Of(nest, launch), missing));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScatterOnGpu<T, TIndex>(in Places places)
        where T : unmanaged
        where TIndex : unmanaged, IIndex<TIndex>
    {
        if (typeof(T) == typeof(F32))
        {
            Scatter<float, AtomicFloat, TIndex>(places);
        }
        else if (typeof(T) == typeof(F64))
        {
            Scatter<double, AtomicDouble, TIndex>(places);
        }
        else if (typeof(T) == typeof(I32))
        {
            Scatter<int, AtomicInt, TIndex>(places);
        }
        else
        {
            Scatter<long, AtomicLong, TIndex>(places);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScatterLargestOnGpu<TIndex>(in Places places)
        where TIndex : unmanaged, IIndex<TIndex> => Scatter<int, AtomicLargest, TIndex>(places);

    private static void Scatter<T, TAtomic, TIndex>(in Places places)
        where T : unmanaged
        where TAtomic : unmanaged, IAtomic<T>
        where TIndex : unmanaged, IIndex<TIndex>
    {
        LoopNest nest = places.Nest;
        Device device = places.Table.Device;
        KernelConfig grid = device.Grid(GpuNest.InnerCount(nest));
        for (int launch = 0; launch < GpuNest.LaunchCount(nest); launch++)
        {
            device.Launch(grid, ScatterKernel<T, TAtomic, TIndex>, new Arguments<T, TIndex>(places, GpuNest.Of(nest, launch), default));
        }
    }

    private static void GatherKernel<T, TIndex>(Arguments<T, TIndex> k)
        where T : unmanaged
        where TIndex : unmanaged, IIndex<TIndex>
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex place = k.Nest.Index(i);
            long index = TIndex.Value(k.Indices[k.Nest.A.At(place)]);
            k.Rows[k.Nest.Output.At(place)] = index >= 0 && index < k.Length
                ? k.Table[k.Nest.B.At(place) + ((int)index * k.Along)]
                : k.Missing;
        }
    }

    private static void ScatterKernel<T, TAtomic, TIndex>(Arguments<T, TIndex> k)
        where T : unmanaged
        where TAtomic : unmanaged, IAtomic<T>
        where TIndex : unmanaged, IIndex<TIndex>
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)k.Nest.Count; i += Grid.DimX * Group.DimX)
        {
            GpuIndex place = k.Nest.Index(i);
            long index = TIndex.Value(k.Indices[k.Nest.A.At(place)]);
            if (index >= 0 && index < k.Length)
            {
                TAtomic.Add(ref k.Table[k.Nest.B.At(place) + ((int)index * k.Along)], k.Rows[k.Nest.Output.At(place)]);
            }
        }
    }

    internal readonly struct Arguments<T, TIndex>(in Places places, GpuNest nest, T missing)
        where T : unmanaged
        where TIndex : unmanaged
    {
        internal readonly ArrayView<T> Rows = places.Rows.View<T>();
        internal readonly ArrayView<T> Table = places.Table.View<T>();
        internal readonly ArrayView<TIndex> Indices = places.Indices.View<TIndex>();
        internal readonly GpuNest Nest = nest;
        internal readonly T Missing = missing;
        internal readonly int Length = places.Length;
        internal readonly int Along = places.Along;
    }
}

/// <summary>Adds to memory that other threads add to, or compares with it.</summary>
internal interface IAtomic<T>
    where T : unmanaged
{
    static abstract void Add(ref T target, T value);
}

/// <summary>For Float32.</summary>
internal readonly struct AtomicFloat : IAtomic<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref float target, float value) => Atomic.Add(ref target, value);
}

/// <summary>For Float64.</summary>
internal readonly struct AtomicDouble : IAtomic<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref double target, double value) => Atomic.Add(ref target, value);
}

/// <summary>For Int32.</summary>
internal readonly struct AtomicInt : IAtomic<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref int target, int value) => Atomic.Add(ref target, value);
}

/// <summary>For Int64.</summary>
internal readonly struct AtomicLong : IAtomic<long>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref long target, long value) => Atomic.Add(ref target, value);
}

/// <summary>For Int32: the larger stays.</summary>
internal readonly struct AtomicLargest : IAtomic<int>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref int target, int value) => Atomic.Max(ref target, value);
}

using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Adds to memory that other threads add to.</summary>
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

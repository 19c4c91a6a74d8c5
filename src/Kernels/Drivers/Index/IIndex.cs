using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>An index as it stands in memory.</summary>
internal interface IIndex<T>
    where T : unmanaged, IIndex<T>
{
    static abstract long Value(T index);
}

/// <summary>An Int32 index.</summary>
internal readonly struct Index32(int value) : IIndex<Index32>
{
    private readonly int _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Value(Index32 index) => index._value;
}

/// <summary>An Int64 index.</summary>
internal readonly struct Index64(long value) : IIndex<Index64>
{
    private readonly long _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Value(Index64 index) => index._value;
}

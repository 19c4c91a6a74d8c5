using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>What becomes of a feature on its way into a batch.</summary>
internal interface IElementConversion<TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    TOut Convert(TIn value);
}

/// <summary>As it is.</summary>
internal readonly struct Copied<T> : IElementConversion<T, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Convert(T value) => value;
}

/// <summary>Floating point: scaled and shifted.</summary>
internal readonly struct Rescale<T>(double scale, double shift) : IElementConversion<T, T>
    where T : unmanaged, IReal<T>
{
    private readonly double _scale = scale;
    private readonly double _shift = shift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Convert(T value) => (value * _scale) + _shift;
}

/// <summary>Bytes to Float32, scaled and shifted.</summary>
internal readonly struct BytesToFloat(float scale, float shift) : IElementConversion<U8, F32>
{
    internal readonly float Scale = scale;
    internal readonly float Shift = shift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F32 Convert(U8 value) => new((value.Number * Scale) + Shift);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sine of an angle in radians.</summary>
public readonly struct SinOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sin(x);
}

/// <summary>The cosine of an angle in radians.</summary>
public readonly struct CosOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Cos(x);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sign: 1, 0 or -1; NaN passes through; y' = 0.</summary>
public readonly struct SignOp : IUnaryOp
{
    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Nothing;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0, 1, T.IfGreater(0, x, -1, x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0;
}

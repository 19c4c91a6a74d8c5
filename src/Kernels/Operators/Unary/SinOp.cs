using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sine of an angle in radians; y' = cos x.</summary>
public readonly struct SinOp : IUnaryOp
{
    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Cos(saved);
}

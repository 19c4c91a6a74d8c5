using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The rectifier: y = max(x, 0), y' = 1 where x &gt; 0, else 0. NaN passes through.</summary>
public readonly struct ReLUOp : IUnaryOp
{
    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Output;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Max(x, 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreater(saved, 0, 1, 0);
}

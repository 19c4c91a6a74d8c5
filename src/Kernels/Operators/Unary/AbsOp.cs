using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The absolute value: y = |x|, y' = sign(x), taken as 0 at 0.</summary>
public readonly struct AbsOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => T.Abs(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreater(saved, 0, 1, T.IfGreater(0, saved, -1, saved * 0));
}

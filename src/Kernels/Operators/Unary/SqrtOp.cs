using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The square root: y = sqrt(x), y' = 1/(2y).</summary>
public readonly struct SqrtOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => T.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0.5 / saved;
}

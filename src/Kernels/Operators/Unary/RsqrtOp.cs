using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The reciprocal square root: y = 1/sqrt(x), y' = -y^3/2.</summary>
public readonly struct RsqrtOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => 1 / T.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => -0.5 * (saved * saved * saved);
}

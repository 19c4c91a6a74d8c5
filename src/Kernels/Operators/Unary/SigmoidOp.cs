using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The logistic function: y = 1/(1 + e^-x), y' = y(1 - y).</summary>
public readonly struct SigmoidOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => T.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => saved * (1 - saved);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sigmoid linear unit, also called swish: y = x s(x), s the logistic function; y' = s (1 + x (1 - s)).</summary>
public readonly struct SiLUOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => x * T.Sigmoid(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T sigmoid = T.Sigmoid(saved);
        return sigmoid * (1 + (saved * (1 - sigmoid)));
    }
}

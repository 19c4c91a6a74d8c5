using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The tanh approximation of <see cref="GELUOp"/>: y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).</summary>
public readonly struct GELUTanhOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => 0.5 * x * (1 + T.Tanh(0.79788456080286535588 * (x + (0.044715 * (x * x * x)))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T square = saved * saved;
        T tanh = T.Tanh(0.79788456080286535588 * (saved + (0.044715 * (square * saved))));
        return (0.5 * (1 + tanh)) + (0.5 * saved * (1 - (tanh * tanh)) * (0.79788456080286535588 * (1 + (0.134145 * square))));
    }
}

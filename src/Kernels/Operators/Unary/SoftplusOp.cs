using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The smooth rectifier: y = ln(1 + e^x), computed as max(x, 0) + ln(1 + e^-|x|); y' is the logistic function.</summary>
public readonly struct SoftplusOp : IUnaryOp
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
        where T : unmanaged, IReal<T> => T.Max(x, 0) + T.Log1p(T.Exp(-T.Abs(x)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Sigmoid(saved);
}

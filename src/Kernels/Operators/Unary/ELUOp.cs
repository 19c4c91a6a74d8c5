using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The exponential linear unit: y = x where x &gt; 0, else alpha (e^x - 1). Clevert, Unterthiner, Hochreiter 2016.</summary>
/// <param name="alpha">The value that -y approaches far below zero.</param>
public readonly struct ELUOp(double alpha) : IUnaryOp
{
    private readonly double _alpha = alpha;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0, x, _alpha * T.Expm1(T.Min(x, 0)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreater(saved, 0, 1, _alpha * T.Exp(T.Min(saved, 0)));
}

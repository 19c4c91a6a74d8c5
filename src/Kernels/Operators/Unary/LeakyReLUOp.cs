using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The leaky rectifier: y = x where x &gt; 0, else slope * x.</summary>
/// <param name="slope">The slope below zero.</param>
public readonly struct LeakyReLUOp(double slope) : IUnaryOp
{
    private readonly double _slope = slope;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0, x, x * _slope);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreater(saved, 0, 1, _slope);
}

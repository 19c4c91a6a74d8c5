using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Limits to an interval: y = min(max(x, minimum), maximum); y' = 1 inside it, borders included, else 0.</summary>
/// <param name="minimum">The smallest value let through.</param>
/// <param name="maximum">The largest value let through.</param>
public readonly struct ClampOp(double minimum, double maximum) : IUnaryOp
{
    private readonly double _minimum = minimum;
    private readonly double _maximum = maximum;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Min(T.Max(x, _minimum), _maximum);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfGreaterOrEqual(saved, _minimum, T.IfGreaterOrEqual(_maximum, saved, 1, 0), 0);
}

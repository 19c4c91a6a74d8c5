using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A scaled and shifted value: y = scale x + shift.</summary>
/// <param name="scale">The factor.</param>
/// <param name="shift">The term added.</param>
public readonly struct AffineOp(double scale, double shift) : IUnaryOp
{
    private readonly double _scale = scale;
    private readonly double _shift = shift;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Nothing;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => (x * _scale) + _shift;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => _scale;
}

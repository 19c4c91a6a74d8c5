using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A constant power: y = x^p, y' = p x^(p-1).</summary>
/// <param name="exponent">The exponent p.</param>
public readonly struct PowerOp(double exponent) : IUnaryOp
{
    private readonly double _exponent = exponent;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Pow(x, _exponent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => _exponent * T.Pow(saved, _exponent - 1);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The error function of a scaled input: y = erf(scale x), y' = 2 scale / sqrt(pi) e^(-(scale x)^2).</summary>
/// <param name="scale">The factor.</param>
public readonly struct ErfOp(double scale) : IUnaryOp
{
    private readonly double _scale = scale;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Erf(x * _scale);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1.12837916709551257390 * _scale * T.Exp(-((saved * _scale) * (saved * _scale)));
}

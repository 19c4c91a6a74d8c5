using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function; y' = Phi(x) + x phi(x). Hendrycks, Gimpel 2016.</summary>
public readonly struct Gelu : IUnaryOp
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
        where T : unmanaged, IReal<T> => 0.5 * x * (1 + T.Erf(x * 0.70710678118654752440));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => (0.5 * (1 + T.Erf(saved * 0.70710678118654752440)))
            + (saved * 0.39894228040143267794 * T.Exp(-0.5 * (saved * saved)));
}

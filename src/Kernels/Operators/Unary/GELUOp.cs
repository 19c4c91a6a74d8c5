using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function, 0 at minus infinity; y' = Phi(x) + x phi(x). Hendrycks, Gimpel 2016.</summary>
public readonly struct GELUOp : IUnaryOp
{
    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    /// <remarks>With Phi(x) = 1 - Q(x) = Q(-x) this is max(x, 0) - |x| Q(|x|), which loses no digits where x is negative.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = Size(x);
        return T.MultiplyAdd(-a, T.NormalTail(a), T.IfGreater(x, 0f, x, 0f));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T a = Size(saved);
        T tail = T.NormalTail(a);
        return T.IfGreater(saved, 0, 1 - tail, tail) + (saved * 0.39894228040143267794 * T.Exp(-0.5 * (saved * saved)));
    }

    // At 40 the tail is zero; at infinity it would be multiplied by infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Size<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x);
        return T.IfGreater(a, 40f, 40f, a);
    }
}

using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>GELU as a user of the library writes it: x Phi(x), whose derivative follows from it.</summary>
public readonly struct OwnGelu : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * (0.5 + (0.5 * T.Erf(x * 0.70710678118654752440)));
}

/// <summary>The same with the derivative by hand: Phi(x) + x phi(x).</summary>
public readonly struct OwnGeluByHand : IUnaryDerivative<OwnGeluByHand>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * (0.5 + (0.5 * T.Erf(x * 0.70710678118654752440)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> =>
        0.5 + (0.5 * T.Erf(saved * 0.70710678118654752440)) + (saved * 0.39894228040143267794 * T.Exp(-0.5 * (saved * saved)));
}

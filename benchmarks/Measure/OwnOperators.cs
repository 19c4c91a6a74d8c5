using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>GELU as a user of the library writes it, x Phi(x), with its derivative: Phi(x) + x phi(x).</summary>
internal readonly struct OwnGelu : IUnaryOp
{
    public static Saved Saves => Saved.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * (0.5 + (0.5 * T.Erf(x * 0.70710678118654752440)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> =>
        0.5 + (0.5 * T.Erf(saved * 0.70710678118654752440)) + (saved * 0.39894228040143267794 * T.Exp(-0.5 * (saved * saved)));
}

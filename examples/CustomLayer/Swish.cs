using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Examples.CustomLayer;

/// <summary>
/// A differentiable operator of your own with a kernel of its own: y = x / (1 + e^(-beta x)), Swish with a sharpness.
/// Ramachandran, Zoph, Le 2017. These two formulas become the SIMD loop of the CPU and the kernel of the GPU.
/// </summary>
public readonly struct Swish(double beta) : IUnaryOp
{
    private readonly double _beta = beta;

    /// <summary>The derivative below is a function of x.</summary>
    public static Saved Saves => Saved.Input;

    /// <summary>y = x s(beta x), s the logistic function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * T.Sigmoid(x * _beta);

    /// <summary>y' = s + beta x s (1 - s).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T s = T.Sigmoid(saved * _beta);
        return s + (saved * _beta * s * (1 - s));
    }
}

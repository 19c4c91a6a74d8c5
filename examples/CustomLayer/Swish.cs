using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Examples.CustomLayer;

/// <summary>
/// A differentiable operator of your own with a kernel of its own: y = x / (1 + e^(-beta x)), Swish with a sharpness.
/// Ramachandran, Zoph, Le 2017. This formula becomes the SIMD loop of the CPU and the kernel of the GPU, and so do its derivatives.
/// </summary>
public readonly struct Swish(double beta) : IUnaryOp
{
    private readonly double _beta = beta;

    /// <summary>y = x s(beta x), s the logistic function.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * T.Sigmoid(x * _beta);
}

namespace DeepSharp.Kernels;

/// <summary>A differentiable element-wise function y = f(a, b), written once for scalars, registers and GPU threads.</summary>
/// <remarks>Implement it as a public <c>readonly struct</c>, nested in nothing that is not public, or GPUs cannot use it; parameters are its
/// fields.</remarks>
public interface IBinaryOp
{
    /// <summary>f(a, b).</summary>
    T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    /// <summary>The derivative of f by a.</summary>
    T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    /// <summary>The derivative of f by b.</summary>
    T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T>;
}

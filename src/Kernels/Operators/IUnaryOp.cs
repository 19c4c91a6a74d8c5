namespace DeepSharp.Kernels;

/// <summary>A differentiable element-wise function y = f(x), written once for scalars, registers and GPU threads.</summary>
/// <remarks>Implement it as a public <c>readonly struct</c>, nested in nothing that is not public, or GPUs cannot use it; parameters such as a
/// slope are its fields.</remarks>
public interface IUnaryOp
{
    /// <summary>What <see cref="Derivative"/> is a function of.</summary>
    static abstract Saved Saves { get; }

    /// <summary>f(x).</summary>
    T Forward<T>(T x)
        where T : unmanaged, IReal<T>;

    /// <summary>f'(x), from the value that <see cref="Saves"/> names: x, or y = f(x); of neither, it is a constant.</summary>
    T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>;
}

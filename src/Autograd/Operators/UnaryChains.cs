namespace DeepSharp;

/// <summary>
/// Gradients of the activations by differentiable operators, from what an operator saves and the gradient of its output: for
/// the operators alone and for those that are fused with a layer.
/// </summary>
internal static class UnaryChains
{
    internal static Func<Tensor, Tensor, Tensor> ReLU { get; } = static (y, g) => g * y.Sign();

    internal static Func<Tensor, Tensor, Tensor> Tanh { get; } = static (y, g) => g * (1 - y.Square());

    internal static Func<Tensor, Tensor, Tensor> Sigmoid { get; } = static (y, g) => g * y * (1 - y);

    internal static Func<Tensor, Tensor, Tensor> Softplus { get; } = static (v, g) => g * v.Sigmoid();

    internal static Func<Tensor, Tensor, Tensor> SiLU { get; } = static (v, g) =>
    {
        Tensor s = v.Sigmoid();
        return g * s * ((v * (1 - s)) + 1);
    };

    internal static Func<Tensor, Tensor, Tensor> GELU { get; } = static (v, g) =>
        g * (((v * Math.Sqrt(0.5)).Erf() * 0.5) + 0.5 + (v * (v.Square() * -0.5).Exp() * (1 / Math.Sqrt(2 * Math.PI))));

    internal static Func<Tensor, Tensor, Tensor> GELUTanh { get; } = static (v, g) =>
    {
        double c = Math.Sqrt(2 / Math.PI);
        Tensor t = ((v + (v * v * v * 0.044715)) * c).Tanh();
        return g * (((t + 1) * 0.5) + (v * 0.5 * (1 - t.Square()) * ((v.Square() * (3 * 0.044715 * c)) + c)));
    };

    internal static Func<Tensor, Tensor, Tensor> LeakyReLU(double slope) => (v, g) => Tensor.Where(v.Detach() > 0, g, g * slope);

    internal static Func<Tensor, Tensor, Tensor> ELU(double alpha) => (v, g) =>
        Tensor.Where(v.Detach() > 0, g, g * alpha * v.Clamp(double.NegativeInfinity, 0).Exp());
}

using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The Gaussian error linear unit x Phi(x), Phi the normal distribution function. Hendrycks, Gimpel 2016.</summary>
/// <param name="approximate">Whether the tanh approximation is used instead of the exact function.</param>
public sealed class GELU(bool approximate = false) : Module, IActivation
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => approximate ? input.GELUTanh() : input.GELU();

    Tensor IActivation.After(IFusesActivation layer, Tensor input) => approximate
        ? layer.Forward(input, default(GELUTanhOp))
        : layer.Forward(input, default(GELUOp));

    /// <inheritdoc/>
    public override string ToString() => approximate ? "GELU(approximate)" : "GELU";
}

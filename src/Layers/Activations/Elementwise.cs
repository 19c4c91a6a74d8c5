using System.Globalization;
using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The rectifier max(x, 0).</summary>
public sealed class ReLU() : Activation<ReLUOp>(default);

/// <summary>The leaky rectifier: x where x &gt; 0, else slope * x.</summary>
/// <param name="slope">The slope below zero.</param>
public sealed class LeakyReLU(double slope = 0.01) : Activation<LeakyReLUOp>(new(slope))
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LeakyReLU({slope})");
}

/// <summary>The exponential linear unit: x where x &gt; 0, else alpha (e^x - 1).</summary>
/// <param name="alpha">The value that -y approaches far below zero.</param>
public sealed class ELU(double alpha = 1) : Activation<ELUOp>(new(alpha))
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ELU({alpha})");
}

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

/// <summary>The sigmoid linear unit x / (1 + e^-x), also called swish.</summary>
public sealed class SiLU() : Activation<SiLUOp>(default);

/// <summary>The logistic function 1 / (1 + e^-x).</summary>
public sealed class Sigmoid() : Activation<SigmoidOp>(default);

/// <summary>The smooth rectifier ln(1 + e^(beta x))/beta.</summary>
/// <param name="beta">The sharpness of the bend; above 0.</param>
/// <param name="threshold">The beta x above which it is x itself: 20 in PyTorch, which needs it against overflow; infinite for nowhere.</param>
public sealed class Softplus(double beta = 1, double threshold = double.PositiveInfinity) : Module, IActivation
{
    private bool IsPlain => beta == 1 && double.IsPositiveInfinity(threshold);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softplus(beta, threshold);

    Tensor IActivation.After(IFusesActivation layer, Tensor input) =>
        IsPlain ? layer.Forward(input, default(SoftplusOp)) : layer.Forward(input, new ScaledSoftplusOp(beta, threshold));

    /// <inheritdoc/>
    public override string ToString() => IsPlain ? "Softplus" : $"Softplus({beta}, {threshold})";
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh() : Activation<TanhOp>(default);

using System.Globalization;
using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The rectifier max(x, 0).</summary>
public sealed class ReLU() : Activation<ReLUOp>(default);

/// <summary>The leaky rectifier: x where x &gt; 0, else slope * x.</summary>
/// <param name="slope">The slope below zero.</param>
public sealed class LeakyReLU(double slope = 0.01) : Activation<LeakyReLUOp>(new(slope))
{
    /// <summary>The slope below 0.</summary>
    public double Slope => slope;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LeakyReLU({slope})");
}

/// <summary>The exponential linear unit: x where x &gt; 0, else alpha (e^x - 1).</summary>
/// <param name="alpha">The value that -y approaches far below zero.</param>
public sealed class ELU(double alpha = 1) : Activation<ELUOp>(new(alpha))
{
    /// <summary>What negative inputs approach, negated.</summary>
    public double Alpha => alpha;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ELU({alpha})");
}

/// <summary>The Gaussian error linear unit x Phi(x), Phi the normal distribution function. Hendrycks, Gimpel 2016.</summary>
/// <param name="approximate">Whether the tanh approximation is used instead of the exact function.</param>
public sealed class GELU(bool approximate = false) : Module, IActivation
{
    /// <summary>Whether the formula is the one with tanh.</summary>
    public bool IsApproximate => approximate;

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

    /// <summary>What the input is multiplied by.</summary>
    public double Beta => beta;

    /// <summary>Above it, times beta, the output is the input.</summary>
    public double Limit => threshold;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softplus(beta, threshold);

    Tensor IActivation.After(IFusesActivation layer, Tensor input) =>
        IsPlain ? layer.Forward(input, default(SoftplusOp)) : layer.Forward(input, new ScaledSoftplusOp(beta, threshold));

    /// <inheritdoc/>
    public override string ToString() => IsPlain ? "Softplus" : $"Softplus({beta}, {threshold})";
}

/// <summary>The hyperbolic tangent.</summary>
public sealed class Tanh() : Activation<TanhOp>(default);

/// <summary>The scaled exponential linear unit: s x where x &gt; 0, else s alpha (e^x - 1), s = 1.0507…, alpha = 1.6732…. Klambauer et al. 2017.</summary>
public sealed class SELU() : Activation<SELUOp>(default);

/// <summary>The continuously differentiable exponential linear unit: x where x &gt; 0, else alpha (e^(x/alpha) - 1). Barron 2017.</summary>
/// <param name="alpha">The value that -y approaches far below zero; not 0.</param>
public sealed class CELU(double alpha = 1) : Activation<CELUOp>(new(double.IsFinite(alpha) && alpha != 0
    ? alpha
    : throw new ArgumentOutOfRangeException(nameof(alpha), $"CELU: alpha must be finite and not 0, not {alpha}.")))
{
    /// <summary>What negative inputs approach, negated.</summary>
    public double Alpha => alpha;

    /// <inheritdoc/>
    public override string ToString() => $"CELU({alpha})";
}

/// <summary>x tanh(ln(1 + e^x)). Misra 2019.</summary>
public sealed class Mish() : Activation<MishOp>(default);

/// <summary>x min(max(x + 3, 0), 6)/6. Howard et al. 2019.</summary>
public sealed class Hardswish() : Activation<HardswishOp>(default);

/// <summary>min(max(x + 3, 0), 6)/6.</summary>
public sealed class Hardsigmoid() : Activation<HardsigmoidOp>(default);

/// <summary>The input limited to an interval, with slope 0 at its borders.</summary>
/// <param name="minimum">The smallest value let through.</param>
/// <param name="maximum">The largest value let through.</param>
public sealed class Hardtanh(double minimum = -1, double maximum = 1) : Activation<HardtanhOp>(new(minimum, minimum < maximum
    ? maximum
    : throw new ArgumentOutOfRangeException(nameof(maximum), $"Hardtanh: the maximum must be above the minimum {minimum}, not {maximum}.")))
{
    /// <summary>The smallest output.</summary>
    public double Minimum => minimum;

    /// <summary>The largest output.</summary>
    public double Maximum => maximum;

    /// <inheritdoc/>
    public override string ToString() => $"Hardtanh({minimum}, {maximum})";
}

/// <summary>min(max(x, 0), 6).</summary>
public sealed class ReLU6() : Activation<HardtanhOp>(new(0, 6));

/// <summary>x where |x| &gt; lambda, else 0.</summary>
/// <param name="lambda">Half the width of what becomes zero; at least 0.</param>
public sealed class Hardshrink(double lambda = 0.5) : Activation<HardshrinkOp>(new(lambda >= 0
    ? lambda
    : throw new ArgumentOutOfRangeException(nameof(lambda), $"Hardshrink: lambda must be at least 0, not {lambda}.")))
{
    /// <summary>Up to here on both sides of 0 the output is 0.</summary>
    public double Lambda => lambda;

    /// <inheritdoc/>
    public override string ToString() => $"Hardshrink({lambda})";
}

/// <summary>x - lambda where x &gt; lambda, x + lambda where x &lt; -lambda, else 0.</summary>
/// <param name="lambda">How far values move towards zero; at least 0.</param>
public sealed class Softshrink(double lambda = 0.5) : Activation<SoftshrinkOp>(new(lambda >= 0
    ? lambda
    : throw new ArgumentOutOfRangeException(nameof(lambda), $"Softshrink: lambda must be at least 0, not {lambda}.")))
{
    /// <summary>How far the input moves towards 0.</summary>
    public double Lambda => lambda;

    /// <inheritdoc/>
    public override string ToString() => $"Softshrink({lambda})";
}

/// <summary>x - tanh x.</summary>
public sealed class Tanhshrink() : Activation<TanhshrinkOp>(default);

/// <summary>x where x &gt; threshold, else a value.</summary>
/// <param name="threshold">What x must be above.</param>
/// <param name="value">What stands for x otherwise.</param>
public sealed class Threshold(double threshold, double value) : Activation<ThresholdOp>(new(threshold, value))
{
    /// <summary>Up to here the output is <see cref="Value"/>.</summary>
    public double Limit => threshold;

    /// <summary>The output up to <see cref="Limit"/>.</summary>
    public double Value => value;

    /// <inheritdoc/>
    public override string ToString() => $"Threshold({threshold}, {value})";
}

/// <summary>The logarithm of the logistic function, -ln(1 + e^-x).</summary>
public sealed class LogSigmoid() : Activation<LogSigmoidOp>(default);

/// <summary>x/(1 + |x|).</summary>
public sealed class Softsign() : Activation<SoftsignOp>(default);

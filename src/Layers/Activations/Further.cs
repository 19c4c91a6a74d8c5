using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>The scaled exponential linear unit: s x where x &gt; 0, else s alpha (e^x - 1), s = 1.0507…, alpha = 1.6732…. Klambauer et al. 2017.</summary>
public sealed class SELU() : Activation<SELUOp>(default);

/// <summary>The continuously differentiable exponential linear unit: x where x &gt; 0, else alpha (e^(x/alpha) - 1). Barron 2017.</summary>
/// <param name="alpha">The value that -y approaches far below zero; not 0.</param>
public sealed class CELU(double alpha = 1) : Activation<CELUOp>(new(double.IsFinite(alpha) && alpha != 0
    ? alpha
    : throw new ArgumentOutOfRangeException(nameof(alpha), $"CELU: alpha must be finite and not 0, not {alpha}.")))
{
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
    /// <inheritdoc/>
    public override string ToString() => $"Hardshrink({lambda})";
}

/// <summary>x - lambda where x &gt; lambda, x + lambda where x &lt; -lambda, else 0.</summary>
/// <param name="lambda">How far values move towards zero; at least 0.</param>
public sealed class Softshrink(double lambda = 0.5) : Activation<SoftshrinkOp>(new(lambda >= 0
    ? lambda
    : throw new ArgumentOutOfRangeException(nameof(lambda), $"Softshrink: lambda must be at least 0, not {lambda}.")))
{
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
    /// <inheritdoc/>
    public override string ToString() => $"Threshold({threshold}, {value})";
}

/// <summary>The logarithm of the logistic function, -ln(1 + e^-x).</summary>
public sealed class LogSigmoid() : Activation<LogSigmoidOp>(default);

/// <summary>x/(1 + |x|).</summary>
public sealed class Softsign() : Activation<SoftsignOp>(default);

/// <summary>e^-x_i over the sum of e^-x_j along an axis.</summary>
/// <param name="axis">The axis that sums to one.</param>
public sealed class Softmin(int axis = -1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softmin(axis);

    /// <inheritdoc/>
    public override string ToString() => $"Softmin({axis})";
}

/// <summary>The gated linear unit a s(b) of the two halves of an axis, s the logistic function. Dauphin, Fan, Auli, Grangier 2017.</summary>
/// <param name="axis">The axis, of even length.</param>
public sealed class GLU(int axis = -1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.GLU(axis);

    /// <inheritdoc/>
    public override string ToString() => $"GLU({axis})";
}

/// <summary>The gated unit a s(a) b of the two halves of an axis, s the logistic function. Shazeer 2020.</summary>
/// <param name="axis">The axis, of even length.</param>
public sealed class SwiGLU(int axis = -1) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.SwiGLU(axis);

    /// <inheritdoc/>
    public override string ToString() => $"SwiGLU({axis})";
}

/// <summary>The leaky rectifier whose slopes are learned: x where x &gt; 0, else weight x. He, Zhang, Ren, Sun 2015.</summary>
/// <remarks>The name is PyTorch's: <c>weight</c>, [parameters].</remarks>
public sealed class PReLU : Module
{
    /// <summary>A layer for inputs of any shape, or [N, parameters, …].</summary>
    /// <param name="parameters">1 for one slope, or the length of axis 1 for one each.</param>
    /// <param name="initial">The first value of the slopes.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of slopes is below one.</exception>
    public PReLU(int parameters = 1, double initial = 0.25, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, parameters, nameof(PReLU));
        Weight = Add("weight", new Constant(initial).CreateParameter(parameters, dtype, device, null));
    }

    /// <summary>The slopes below zero, [parameters].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Axis 1 of the input is not as long as the weight.</exception>
    public override Tensor Forward(Tensor input) => input.PReLU(Weight);

    /// <inheritdoc/>
    public override string ToString() => $"PReLU({Weight.Count})";
}

namespace DeepSharp.Layers;

/// <summary>A fully connected layer: y = x Wᵀ + b.</summary>
/// <remarks>
/// The weight is [outputs, inputs], as in PyTorch, named <c>weight</c>; the bias is [outputs], named <c>bias</c>. Input
/// […, inputs] gives […, outputs].
/// </remarks>
public sealed class Dense : Module, IFusesActivation, IFoldsNorm
{
    /// <summary>A layer with initial values drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="outputs">The features of an output.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="weightInitializer">How the weight begins; if null, uniform in ±1/sqrt(inputs), as PyTorch's
    /// is.</param>
    /// <param name="biasInitializer">How the bias begins; if null, uniform in ±1/sqrt(inputs).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of features is below one.</exception>
    public Dense(
        int inputs,
        int outputs,
        bool bias = true,
        Initializer? weightInitializer = null,
        Initializer? biasInitializer = null,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
    {
        Bounds.AtLeast(1, inputs, nameof(Dense));
        Bounds.AtLeast(1, outputs, nameof(Dense));
        Inputs = inputs;
        Outputs = outputs;
        double bound = 1 / Math.Sqrt(inputs);
        Initializer uniform = new Uniform(-bound, bound);
        Weight = Add("weight", (weightInitializer ?? uniform).CreateParameter([outputs, inputs], dtype, device, generator));
        if (bias)
        {
            Bias = Add("bias", (biasInitializer ?? uniform).CreateParameter(outputs, dtype, device, generator));
        }
    }

    /// <summary>The features of an input.</summary>
    public int Inputs { get; }

    /// <summary>The features of an output.</summary>
    public int Outputs { get; }

    /// <summary>W, [outputs, inputs].</summary>
    public Parameter Weight { get; }

    /// <summary>b, [outputs], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Linear(Weight, Bias);

    Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op) =>
        input.Linear(Weight, Bias, op);

    Module IFoldsNorm.Folded(Tensor scale, Tensor shift)
    {
        using NoGrad noGrad = new();
        Dense layer = new(Inputs, Outputs, true, Constant.Zeros, Constant.Zeros, Weight.DType, Weight.Device);
        layer.Weight.CopyFrom(Weight * scale.Unsqueeze(1));
        layer.Bias!.CopyFrom(Bias is null ? shift : (Bias * scale) + shift);
        return layer;
    }

    /// <inheritdoc/>
    public override string ToString() => $"Dense({Inputs}, {Outputs}{(Bias is null ? ", no bias" : string.Empty)})";
}

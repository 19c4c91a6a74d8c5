using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>What convolutions and transposed convolutions of one to three axes have in common.</summary>
/// <remarks>
/// In a <see cref="Sequential"/>, an activation behind such a layer runs in its kernel, as behind <see cref="Dense"/>. An input without the
/// axis of the batch, [C, …], gives an output without it.
/// </remarks>
public abstract class ConvolutionLayer : Module, IFusesActivation, IFoldsNorm
{
    private protected ConvolutionLayer(
        int axes, int inputs, int outputs, PerAxis kernel, PerAxis stride, PerAxis dilation, int groups, bool bias, bool transposed,
        Initializer? weightInitializer, Initializer? biasInitializer, DType dtype, Device? device, Generator? generator)
    {
        string name = GetType().Name;
        Bounds.AtLeast(1, inputs, name);
        Bounds.AtLeast(1, outputs, name);
        Bounds.AtLeast(1, groups, name);
        int[] kernels = kernel.Of(axes, 1, name, nameof(kernel));
        _ = stride.Of(axes, 1, name, nameof(stride));
        _ = dilation.Of(axes, 1, name, nameof(dilation));
        if (inputs % groups != 0 || outputs % groups != 0)
        {
            throw new ArgumentException(
                $"{name}: {groups} groups do not divide {inputs} inputs and {outputs} outputs. Use a number of groups that divides both.",
                nameof(groups));
        }

        (Inputs, Outputs, Kernel, Stride, Dilation, Groups, IsTransposed) = (inputs, outputs, kernel, stride, dilation, groups, transposed);
        Shape shape = new(transposed ? [inputs, outputs / groups, .. kernels] : [outputs, inputs / groups, .. kernels]);

        // PyTorch's bound, which counts a transposed layer's outputs.
        double bound = 1 / Math.Sqrt(Initializer.Fans(shape).FanIn);
        Initializer uniform = new Uniform(-bound, bound);
        Weight = Add("weight", (weightInitializer ?? uniform).CreateParameter(shape, dtype, device, generator));
        if (bias)
        {
            Bias = Add("bias", (biasInitializer ?? uniform).CreateParameter(outputs, dtype, device, generator));
        }
    }

    /// <summary>The channels of an input.</summary>
    public int Inputs { get; }

    /// <summary>The channels of an output.</summary>
    public int Outputs { get; }

    /// <summary>The lengths of the kernel.</summary>
    public PerAxis Kernel { get; }

    /// <summary>How far the kernel moves.</summary>
    public PerAxis Stride { get; }

    /// <summary>How far apart the kernel's weights reach.</summary>
    public PerAxis Dilation { get; }

    /// <summary>Into how many convolutions the channels are parted.</summary>
    public int Groups { get; }

    /// <summary>The weight: [outputs, inputs / groups, …kernel], or, of a transposed layer, [inputs, outputs / groups, …kernel].</summary>
    public Parameter Weight { get; }

    /// <summary>The bias, [outputs], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public sealed override Tensor Forward(Tensor input) => Run(input, default(IdentityOp));

    Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op) => Run(input, op);

    Module IFoldsNorm.Folded(Tensor scale, Tensor shift)
    {
        using NoGrad noGrad = new();
        ConvolutionLayer layer = WithBias();

        // A transposed layer's weight has the outputs of a group along its second axis, and the groups along its first.
        int[] rest = [.. Enumerable.Repeat(1, Weight.Rank - 2)];
        Tensor weight = !IsTransposed
            ? Weight * scale.Reshape([Outputs, 1, .. rest])
            : (Weight.Reshape([Groups, Inputs / Groups, .. Weight.Shape.AsSpan()[1..]]) * scale.Reshape([Groups, 1, Outputs / Groups, .. rest]))
                .Reshape(Weight.Shape);
        layer.Weight.CopyFrom(weight);
        layer.Bias!.CopyFrom(Bias is null ? shift : (Bias * scale) + shift);
        return layer;
    }

    /// <inheritdoc/>
    public sealed override string ToString()
    {
        string text = $"{GetType().Name}({Inputs}, {Outputs}, {Kernel}";
        text += Stride == 1 ? string.Empty : $", stride {Stride}";
        text += Options;
        text += Dilation == 1 ? string.Empty : $", dilation {Dilation}";
        text += Groups == 1 ? string.Empty : $", groups {Groups}";
        return text + (Bias is null ? ", no bias)" : ")");
    }

    /// <summary>A layer of the same sizes and options, with a bias, and zeros for values.</summary>
    private protected abstract ConvolutionLayer WithBias();

    private bool IsTransposed { get; }

    /// <summary>What else differs from the usual, for <see cref="ToString"/>.</summary>
    private protected abstract string Options { get; }

    private protected static string Describe(ConvolutionPadding padding, PaddingMode mode) =>
        padding == ConvolutionPadding.Valid || padding == 0
            ? string.Empty
            : $", padding {padding}{(mode == PaddingMode.Zeros ? string.Empty : $" by {mode}")}";

    private protected static string Describe(PerAxis padding, PerAxis outputPadding) =>
        (padding == 0 ? string.Empty : $", padding {padding}") + (outputPadding == 0 ? string.Empty : $", output padding {outputPadding}");

    /// <summary>f(output).</summary>
    private protected abstract Tensor Run<TOp>(Tensor input, TOp op)
        where TOp : unmanaged, IUnaryOp;
}

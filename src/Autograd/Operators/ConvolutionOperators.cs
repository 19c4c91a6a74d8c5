using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Convolutions and transposed convolutions of one, two and three axes, with their gradients.</summary>
/// <remarks>
/// <para>Images are [N, C, …], channels before the spatial axes, or without the axis of the batch. The weight of a convolution is
/// [outputs, C / groups, …kernel], that of a transposed one [C, outputs / groups, …kernel]; the bias is [outputs]. As in PyTorch, the kernel is
/// not flipped: y[q] = Σ w[k] x[q · stride + k · dilation - padding].</para>
/// <para>A spatial axis of length L gives floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 outputs, and a transposed convolution
/// (L - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1.</para>
/// <para>No matrix of patches is made and no copy of the batch; images may be views of any strides. Gradients of images are gathered, and have
/// gradients themselves. In a <see cref="MixedPrecision"/> scope the factors have 16 bits, as those of <c>Linear</c>.</para>
/// </remarks>
public static class ConvolutionOperators
{
    extension(Tensor x)
    {
        /// <summary>A convolution of [N, C, L] along its last axis.</summary>
        /// <param name="weight">[outputs, C / groups, kernel].</param>
        /// <param name="bias">[outputs], or null.</param>
        /// <param name="stride">How far the kernel moves; 1 if null.</param>
        /// <param name="padding">What is added on both sides.</param>
        /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
        /// <param name="groups">Into how many convolutions the channels are parted; C of them for a depthwise one.</param>
        /// <param name="paddingMode">What is added.</param>
        /// <exception cref="ArgumentException">Shapes, element types, devices or groups do not fit, or the kernel is wider than the padded
        /// image.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
        public Tensor Conv1D(
            Tensor weight, Tensor? bias = null, PerAxis? stride = null, ConvolutionPadding padding = default, PerAxis? dilation = null,
            int groups = 1, PaddingMode paddingMode = PaddingMode.Zeros) =>
            Convolve(nameof(Conv1D), 1, x, weight, bias, stride, padding, dilation, groups, paddingMode, default(IdentityOp));

        /// <summary>A convolution of [N, C, H, W] along its last two axes.</summary>
        /// <param name="weight">[outputs, C / groups, kernel height, kernel width].</param>
        /// <param name="bias">[outputs], or null.</param>
        /// <param name="stride">How far the kernel moves; 1 if null.</param>
        /// <param name="padding">What is added on both sides.</param>
        /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
        /// <param name="groups">Into how many convolutions the channels are parted; C of them for a depthwise one.</param>
        /// <param name="paddingMode">What is added.</param>
        /// <exception cref="ArgumentException">Shapes, element types, devices or groups do not fit, or the kernel is wider than the padded
        /// image.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
        public Tensor Conv2D(
            Tensor weight, Tensor? bias = null, PerAxis? stride = null, ConvolutionPadding padding = default, PerAxis? dilation = null,
            int groups = 1, PaddingMode paddingMode = PaddingMode.Zeros) =>
            Convolve(nameof(Conv2D), 2, x, weight, bias, stride, padding, dilation, groups, paddingMode, default(IdentityOp));

        /// <summary>A convolution of [N, C, D, H, W] along its last three axes.</summary>
        /// <param name="weight">[outputs, C / groups, kernel depth, kernel height, kernel width].</param>
        /// <param name="bias">[outputs], or null.</param>
        /// <param name="stride">How far the kernel moves; 1 if null.</param>
        /// <param name="padding">What is added on both sides.</param>
        /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
        /// <param name="groups">Into how many convolutions the channels are parted; C of them for a depthwise one.</param>
        /// <param name="paddingMode">What is added.</param>
        /// <exception cref="ArgumentException">Shapes, element types, devices or groups do not fit, or the kernel is wider than the padded
        /// image.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
        public Tensor Conv3D(
            Tensor weight, Tensor? bias = null, PerAxis? stride = null, ConvolutionPadding padding = default, PerAxis? dilation = null,
            int groups = 1, PaddingMode paddingMode = PaddingMode.Zeros) =>
            Convolve(nameof(Conv3D), 3, x, weight, bias, stride, padding, dilation, groups, paddingMode, default(IdentityOp));

        /// <summary>A transposed convolution of [N, C, L]: each element adds the kernel, times itself, to the output.</summary>
        /// <param name="weight">[C, outputs / groups, kernel].</param>
        /// <param name="bias">[outputs], or null.</param>
        /// <param name="stride">How far apart the kernels stand; 1 if null.</param>
        /// <param name="padding">What is cut off on both sides; 0 if null.</param>
        /// <param name="outputPadding">What is added behind, to choose between the sizes that a convolution of this stride maps to one; less
        /// than the stride or the dilation; 0 if null.</param>
        /// <param name="groups">Into how many convolutions the channels are parted.</param>
        /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
        /// <exception cref="ArgumentException">Shapes, element types, devices or groups do not fit, or no output is left.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor ConvTranspose1D(
            Tensor weight, Tensor? bias = null, PerAxis? stride = null, PerAxis? padding = null, PerAxis? outputPadding = null, int groups = 1,
            PerAxis? dilation = null) =>
            Transpose(nameof(ConvTranspose1D), 1, x, weight, bias, stride, padding, outputPadding, groups, dilation, default(IdentityOp));

        /// <summary>A transposed convolution of [N, C, H, W]: each element adds the kernel, times itself, to the output.</summary>
        /// <param name="weight">[C, outputs / groups, kernel height, kernel width].</param>
        /// <param name="bias">[outputs], or null.</param>
        /// <param name="stride">How far apart the kernels stand; 1 if null.</param>
        /// <param name="padding">What is cut off on both sides; 0 if null.</param>
        /// <param name="outputPadding">What is added behind, to choose between the sizes that a convolution of this stride maps to one; less
        /// than the stride or the dilation; 0 if null.</param>
        /// <param name="groups">Into how many convolutions the channels are parted.</param>
        /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
        /// <exception cref="ArgumentException">Shapes, element types, devices or groups do not fit, or no output is left.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor ConvTranspose2D(
            Tensor weight, Tensor? bias = null, PerAxis? stride = null, PerAxis? padding = null, PerAxis? outputPadding = null, int groups = 1,
            PerAxis? dilation = null) =>
            Transpose(nameof(ConvTranspose2D), 2, x, weight, bias, stride, padding, outputPadding, groups, dilation, default(IdentityOp));

        /// <summary>A transposed convolution of [N, C, D, H, W]: each element adds the kernel, times itself, to the output.</summary>
        /// <param name="weight">[C, outputs / groups, kernel depth, kernel height, kernel width].</param>
        /// <param name="bias">[outputs], or null.</param>
        /// <param name="stride">How far apart the kernels stand; 1 if null.</param>
        /// <param name="padding">What is cut off on both sides; 0 if null.</param>
        /// <param name="outputPadding">What is added behind, to choose between the sizes that a convolution of this stride maps to one; less
        /// than the stride or the dilation; 0 if null.</param>
        /// <param name="groups">Into how many convolutions the channels are parted.</param>
        /// <param name="dilation">How far apart the kernel's weights reach; 1 if null.</param>
        /// <exception cref="ArgumentException">Shapes, element types, devices or groups do not fit, or no output is left.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
        public Tensor ConvTranspose3D(
            Tensor weight, Tensor? bias = null, PerAxis? stride = null, PerAxis? padding = null, PerAxis? outputPadding = null, int groups = 1,
            PerAxis? dilation = null) =>
            Transpose(nameof(ConvTranspose3D), 3, x, weight, bias, stride, padding, outputPadding, groups, dilation, default(IdentityOp));
    }

    /// <summary>A convolution of so many axes and an activation: one kernel, as <c>Linear</c> has it.</summary>
    internal static Tensor Convolve<TAct>(
        string name, int axes, Tensor x, Tensor weight, Tensor? bias, PerAxis? stride, ConvolutionPadding padding, PerAxis? dilation, int groups,
        PaddingMode mode, TAct activation)
        where TAct : unmanaged, IUnaryOp
    {
        CheckTensors(name, axes, x, weight, bias, groups, transposed: false);
        int[] kernel = weight.Shape.ToArray()[2..];
        int[] steps = (stride ?? 1).Of(axes, 1, name, nameof(stride));
        int[] reaches = (dilation ?? 1).Of(axes, 1, name, nameof(dilation));
        (int Before, int Behind)[] around = padding.Of(kernel, steps, reaches, name);
        if (mode != PaddingMode.Zeros)
        {
            x = EdgePadding.Pad(x, around, mode, name);
            Array.Clear(around);
        }

        ConvolutionAxis[] sizes = [ConvolutionAxis.None, ConvolutionAxis.None, ConvolutionAxis.None];
        for (int i = 0; i < axes; i++)
        {
            int length = x.Shape[x.Rank - axes + i];
            long room = (long)length + around[i].Before + around[i].Behind - ((long)reaches[i] * (kernel[i] - 1)) - 1;
            if (room < 0)
            {
                throw new ArgumentException(
                    $"{name}: a kernel {weight.Shape} of dilation {new PerAxis(reaches)} is wider than an input {x.Shape} with padding {padding}. "
                    + "Use a smaller kernel or more padding.", nameof(weight));
            }

            sizes[3 - axes + i] = new(length, (int)Math.Min((room / steps[i]) + 1, int.MaxValue), kernel[i], steps[i], reaches[i], around[i].Before);
        }

        int outputs = weight.Shape[0];
        return Run(name, axes, x, weight, bias, activation, transposed: false, image => new ConvolutionCall(
            name, new(image.Shape[0], groups, weight.Shape[1], outputs / groups, sizes[0], sizes[1], sizes[2]), image.Shape,
            Shape.OfResult(name, [image.Shape[0], outputs, .. sizes[^axes..].Select(static size => size.Output)]), weight.Shape));
    }

    /// <summary>A transposed convolution of so many axes and an activation: one kernel.</summary>
    internal static Tensor Transpose<TAct>(
        string name, int axes, Tensor x, Tensor weight, Tensor? bias, PerAxis? stride, PerAxis? padding, PerAxis? outputPadding, int groups,
        PerAxis? dilation, TAct activation)
        where TAct : unmanaged, IUnaryOp
    {
        CheckTensors(name, axes, x, weight, bias, groups, transposed: true);
        int[] kernel = weight.Shape.ToArray()[2..];
        int[] steps = (stride ?? 1).Of(axes, 1, name, nameof(stride));
        int[] reaches = (dilation ?? 1).Of(axes, 1, name, nameof(dilation));
        int[] cut = (padding ?? 0).Of(axes, 0, name, nameof(padding));
        int[] more = (outputPadding ?? 0).Of(axes, 0, name, nameof(outputPadding));
        ConvolutionAxis[] sizes = [ConvolutionAxis.None, ConvolutionAxis.None, ConvolutionAxis.None];
        for (int i = 0; i < axes; i++)
        {
            if (more[i] >= Math.Max(steps[i], reaches[i]))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(outputPadding),
                    $"{name}: an output padding of {new PerAxis(more)} must be less than the stride {new PerAxis(steps)} or the dilation "
                    + $"{new PerAxis(reaches)}.");
            }

            int length = x.Shape[x.Rank - axes + i];
            long outputs = ((length - 1L) * steps[i]) - (2L * cut[i]) + ((long)reaches[i] * (kernel[i] - 1)) + more[i] + 1;
            if (outputs < 1 || length == 0)
            {
                throw new ArgumentException(
                    $"{name}: of an input {x.Shape} and a kernel {weight.Shape} a padding of {new PerAxis(cut)} leaves no output. Use less padding.",
                    nameof(padding));
            }

            sizes[3 - axes + i] = new((int)Math.Min(outputs, int.MaxValue), length, kernel[i], steps[i], reaches[i], cut[i]);
        }

        return Run(name, axes, x, weight, bias, activation, transposed: true, image => new ConvolutionCall(
            name, new(image.Shape[0], groups, weight.Shape[1], weight.Shape[0] / groups, sizes[0], sizes[1], sizes[2]),
            Shape.OfResult(name, [image.Shape[0], weight.Shape[1] * groups, .. sizes[^axes..].Select(static size => size.Source)]), image.Shape,
            weight.Shape));
    }

    private static Tensor Run<TAct>(
        string name, int axes, Tensor x, Tensor weight, Tensor? bias, TAct activation, bool transposed, Func<Tensor, ConvolutionCall> call)
        where TAct : unmanaged, IUnaryOp
    {
        Tensor image = x.Rank == axes + 1 ? x.Unsqueeze(0) : x;
        Tensor factor = weight;
        if (MixedPrecision.Current is { } mixed && weight is { DType: DType.Float32 or DType.Float16 or DType.BFloat16 })
        {
            image = image.DType != DType.Float64 ? image.To(mixed.DType) : image;
            factor = weight is Parameter parameter ? mixed.Values(parameter) : weight.To(mixed.DType);
            weight = weight is Parameter ? weight : factor;
        }

        Binary.Check(name, image, factor);
        if (bias is not null && !(image.DType.IsHalfPrecision && bias.DType == DType.Float32))
        {
            Binary.Check(name, image, bias);
        }

        bool fuses = ConvolutionNode<TAct>.Fits || !(image.Records() || weight.Records() || bias?.Records() == true);
        Tensor y = fuses
            ? call(image).Run(transposed, image, weight, factor, bias, activation)
            : call(image).Run(transposed, image, weight, factor, bias, default(IdentityOp)).Apply(activation);
        return x.Rank == axes + 1 ? y.Squeeze(0).MadeBy(name) : y;
    }

    private static void CheckTensors(string name, int axes, Tensor x, Tensor weight, Tensor? bias, int groups, bool transposed)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        Bounds.AtLeast(1, groups, name);
        ReductionKernels.RequireReal(name, x);
        string kernel = axes == 1 ? "L" : axes == 2 ? "H, W" : "D, H, W";
        if ((x.Rank != axes + 2 && x.Rank != axes + 1) || weight.Rank != axes + 2 || weight.Shape.Size == 0)
        {
            throw new ArgumentException(
                $"{name}: an input {x.Shape} and a weight {weight.Shape}; use [N, C, {kernel}] or [C, {kernel}], and "
                + (transposed ? $"[C, outputs / groups, {axes} lengths of the kernel]." : $"[outputs, C / groups, {axes} lengths of the kernel]."));
        }

        int channels = x.Shape[x.Rank - axes - 1];
        long inputs = transposed ? weight.Shape[0] : (long)weight.Shape[1] * groups;
        long outputs = transposed ? (long)weight.Shape[1] * groups : weight.Shape[0];
        if ((transposed ? inputs : outputs) % groups != 0)
        {
            throw new ArgumentException(
                $"{name}: {groups} groups do not divide the first axis of a weight {weight.Shape}. Use a number of groups that divides input "
                + "and output channels.", nameof(groups));
        }

        if (channels != inputs)
        {
            throw new ArgumentException(
                $"{name}: an input {x.Shape} has {channels} channels, and a weight {weight.Shape} in {groups} group{(groups == 1 ? string.Empty : "s")} "
                + $"takes {inputs}. Change one of them, or the groups; the channels are axis {x.Rank - axes - 1} of the input.");
        }

        if (bias is not null && (bias.Rank != 1 || bias.Shape[0] != outputs))
        {
            throw new ArgumentException($"{name}: a bias {bias.Shape} does not fit {outputs} output channels; use [{outputs}].", nameof(bias));
        }
    }
}

using DeepSharp.Layers;
using Writing = System.Func<DeepSharp.Exchange.OnnxGraph, DeepSharp.Layers.Module, System.Collections.Generic.IReadOnlyList<DeepSharp.Exchange.OnnxValue>,
    DeepSharp.Exchange.OnnxValue>;

namespace DeepSharp.Exchange;

/// <summary>Convolutions, pooling, padding and what arranges pixels.</summary>
internal static partial class LayerWriters
{
    private static IEnumerable<KeyValuePair<Type, Writing>> Images() =>
    [
        Of<Conv1D>(static (graph, layer, x) => Convolution(graph, layer, x, layer.Padding, layer.PaddingMode)),
        Of<Conv2D>(static (graph, layer, x) => Convolution(graph, layer, x, layer.Padding, layer.PaddingMode)),
        Of<Conv3D>(static (graph, layer, x) => Convolution(graph, layer, x, layer.Padding, layer.PaddingMode)),
        Of<ConvTranspose1D>(static (graph, layer, x) => Transposed(graph, layer, x, layer.Padding, layer.OutputPadding)),
        Of<ConvTranspose2D>(static (graph, layer, x) => Transposed(graph, layer, x, layer.Padding, layer.OutputPadding)),
        Of<ConvTranspose3D>(static (graph, layer, x) => Transposed(graph, layer, x, layer.Padding, layer.OutputPadding)),
        Of<MaxPool1D>(static (graph, layer, x) => MaxPool(graph, x, 1, layer.Kernel, layer.Stride, layer.Padding, layer.Dilation, layer.CeilMode)),
        Of<MaxPool2D>(static (graph, layer, x) => MaxPool(graph, x, 2, layer.Kernel, layer.Stride, layer.Padding, layer.Dilation, layer.CeilMode)),
        Of<MaxPool3D>(static (graph, layer, x) => MaxPool(graph, x, 3, layer.Kernel, layer.Stride, layer.Padding, layer.Dilation, layer.CeilMode)),
        Of<AveragePool1D>(static (graph, layer, x) =>
            AveragePool(graph, x, 1, layer.Kernel, layer.Stride, layer.Padding, layer.CeilMode, layer.CountIncludePad, layer.Divisor)),
        Of<AveragePool2D>(static (graph, layer, x) =>
            AveragePool(graph, x, 2, layer.Kernel, layer.Stride, layer.Padding, layer.CeilMode, layer.CountIncludePad, layer.Divisor)),
        Of<AveragePool3D>(static (graph, layer, x) =>
            AveragePool(graph, x, 3, layer.Kernel, layer.Stride, layer.Padding, layer.CeilMode, layer.CountIncludePad, layer.Divisor)),
        Of<AdaptiveMaxPool1D>(static (graph, layer, x) => Adaptive(graph, x, 1, layer.Outputs, "MaxPool")),
        Of<AdaptiveMaxPool2D>(static (graph, layer, x) => Adaptive(graph, x, 2, layer.Outputs, "MaxPool")),
        Of<AdaptiveMaxPool3D>(static (graph, layer, x) => Adaptive(graph, x, 3, layer.Outputs, "MaxPool")),
        Of<AdaptiveAveragePool1D>(static (graph, layer, x) => Adaptive(graph, x, 1, layer.Outputs, "AveragePool")),
        Of<AdaptiveAveragePool2D>(static (graph, layer, x) => Adaptive(graph, x, 2, layer.Outputs, "AveragePool")),
        Of<AdaptiveAveragePool3D>(static (graph, layer, x) => Adaptive(graph, x, 3, layer.Outputs, "AveragePool")),
        Of<ZeroPad1D>(Pad), Of<ZeroPad2D>(Pad), Of<ZeroPad3D>(Pad), Of<ConstantPad1D>(Pad), Of<ConstantPad2D>(Pad), Of<ConstantPad3D>(Pad),
        Of<ReflectionPad1D>(Pad), Of<ReflectionPad2D>(Pad), Of<ReflectionPad3D>(Pad), Of<ReplicationPad1D>(Pad), Of<ReplicationPad2D>(Pad),
        Of<ReplicationPad3D>(Pad), Of<CircularPad1D>(Pad), Of<CircularPad2D>(Pad), Of<CircularPad3D>(Pad),
        Of<Upsample>(Resize),
        Of<PixelShuffle>(static (graph, layer, x) => graph.Add("DepthToSpace", [x.Name], ("blocksize", layer.UpscaleFactor), ("mode", "CRD"))),
        Of<PixelUnshuffle>(static (graph, layer, x) =>
        {
            int[] s = x.Shape.ToArray();
            int f = layer.DownscaleFactor;
            string split = graph.Add("Reshape", [x.Name, graph.Integers(0, s[1], s[2] / f, f, s[3] / f, f)]);
            string turned = graph.Add("Transpose", [split], ("perm", (int[])[0, 1, 3, 5, 2, 4]));
            return graph.Add("Reshape", [turned, graph.Integers(0, s[1] * f * f, s[2] / f, s[3] / f)]);
        }),
        Of<ChannelShuffle>(static (graph, layer, x) =>
        {
            int[] s = x.Shape.ToArray();
            string split = graph.Add("Reshape", [x.Name, graph.Integers(0, layer.Groups, s[1] / layer.Groups, -1)]);
            return Reshape(graph, graph.Add("Transpose", [split], ("perm", (int[])[0, 2, 1, 3])), x.Shape, x.Shape);
        }),
    ];

    private static string Convolution(OnnxGraph graph, ConvolutionLayer layer, OnnxValue x, ConvolutionPadding padding, PaddingMode mode)
    {
        int axes = Axes(layer, x, layer.Weight.Rank - 2);
        int[] kernel = layer.Kernel.ToArray(axes);
        int[] dilation = layer.Dilation.ToArray(axes);
        int[] total = [.. kernel.Select((length, i) => dilation[i] * (length - 1))];
        int[] before = padding.IsSame ? [.. total.Select(static whole => whole / 2)] : padding.Numbers.ToArray(axes);
        int[] behind = padding.IsSame ? [.. total.Select(static whole => whole - (whole / 2))] : before;
        string input = x.Name;
        if (mode != PaddingMode.Zeros && before.Concat(behind).Any(static length => length > 0))
        {
            input = Padded(graph, x, [.. Enumerable.Range(0, axes).Reverse().SelectMany(i => (int[])[before[i], behind[i]])], mode, 0);
            before = behind = new int[axes];
        }

        return graph.Add(
            "Conv", Weights(graph, layer, input), ("kernel_shape", kernel), ("strides", layer.Stride.ToArray(axes)), ("dilations", dilation),
            ("pads", (int[])[.. before, .. behind]), ("group", layer.Groups));
    }

    private static string Transposed(OnnxGraph graph, ConvolutionLayer layer, OnnxValue x, PerAxis padding, PerAxis outputPadding)
    {
        int axes = Axes(layer, x, layer.Weight.Rank - 2);
        int[] pads = padding.ToArray(axes);
        return graph.Add(
            "ConvTranspose", Weights(graph, layer, x.Name), ("kernel_shape", layer.Kernel.ToArray(axes)), ("strides", layer.Stride.ToArray(axes)),
            ("dilations", layer.Dilation.ToArray(axes)), ("pads", (int[])[.. pads, .. pads]), ("output_padding", outputPadding.ToArray(axes)), ("group", layer.Groups));
    }

    private static string[] Weights(OnnxGraph graph, ConvolutionLayer layer, string x) =>
        layer.Bias is null ? [x, graph.Weight(layer.Weight)] : [x, graph.Weight(layer.Weight), graph.Weight(layer.Bias)];

    private static int Axes(object layer, OnnxValue x, int axes) => x.Shape.Rank == axes + 2
        ? axes
        : throw new ArgumentException($"OnnxExporter: {layer}: an example {x.Shape}. Give one with an axis for the batch.");

    private static string MaxPool(OnnxGraph graph, OnnxValue x, int axes, PerAxis kernel, PerAxis stride, PerAxis padding, PerAxis dilation, bool ceil)
    {
        int[] pads = padding.ToArray(Axes("MaxPool", x, axes));
        return graph.Add(
            "MaxPool", [x.Name], ("kernel_shape", kernel.ToArray(axes)), ("strides", stride.ToArray(axes)), ("pads", (int[])[.. pads, .. pads]),
            ("dilations", dilation.ToArray(axes)), ("ceil_mode", ceil));
    }

    private static string AveragePool(
        OnnxGraph graph, OnnxValue x, int axes, PerAxis kernel, PerAxis stride, PerAxis padding, bool ceil, bool counts, int? divisor)
    {
        int[] pads = padding.ToArray(Axes("AveragePool", x, axes));
        if (ceil && (divisor is not null || (counts && pads.Any(static length => length > 0))))
        {
            throw new NotSupportedException("OnnxExporter: an AveragePool with ceilMode and a divisor or padding that counts; ONNX Runtime counts what is behind the padding, too.");
        }

        string mean = graph.Add(
            "AveragePool", [x.Name], ("kernel_shape", kernel.ToArray(axes)), ("strides", stride.ToArray(axes)), ("pads", (int[])[.. pads, .. pads]),
            ("ceil_mode", ceil), ("count_include_pad", counts || divisor is not null));
        return divisor is not { } by
            ? mean
            : graph.Add("Mul", [mean, graph.Number(kernel.ToArray(axes).Aggregate(1.0, static (product, length) => product * length) / by, x)]);
    }

    // Windows of one size, which ONNX has, where the outputs divide the input.
    private static string Adaptive(OnnxGraph graph, OnnxValue x, int axes, PerAxis outputs, string pool)
    {
        int[] wanted = outputs.ToArray(Axes("Adaptive" + pool, x, axes));
        if (wanted.All(static length => length == 1))
        {
            return graph.Add("Global" + pool, [x.Name]);
        }

        int[] lengths = x.Shape.ToArray()[2..];
        if (wanted.Where((length, i) => lengths[i] % length != 0).Any())
        {
            throw new NotSupportedException(
                $"OnnxExporter: an adaptive pooling of [{string.Join(", ", lengths)}] to {outputs}: the windows are not of one size, as ONNX's are. Use a size that divides the input.");
        }

        int[] window = [.. lengths.Select((length, i) => length / wanted[i])];
        return graph.Add(pool, [x.Name], ("kernel_shape", window), ("strides", window));
    }

    private static string Pad(OnnxGraph graph, PaddingLayer layer, OnnxValue x) => Padded(graph, x, layer.Padding, layer.Mode, layer.Value);

    // The padding is two numbers for each axis, the last axis first.
    private static string Padded(OnnxGraph graph, OnnxValue x, IReadOnlyList<int> padding, PaddingMode mode, double value)
    {
        int rank = x.Shape.Rank;
        int[] both = new int[2 * rank];
        for (int i = 0; i < padding.Count / 2; i++)
        {
            (both[rank - 1 - i], both[(2 * rank) - 1 - i]) = (padding[2 * i], padding[(2 * i) + 1]);
        }

        if (mode != PaddingMode.Circular)
        {
            string name = mode == PaddingMode.Zeros ? "constant" : mode == PaddingMode.Reflect ? "reflect" : "edge";
            return graph.Add("Pad", [x.Name, graph.Integers(both), graph.Number(value, x)], ("mode", name));
        }

        // From operator set 19 on there is a mode for it: until then, what is behind goes in front, and what is in front behind.
        string padded = x.Name;
        for (int axis = 0; axis < rank; axis++)
        {
            (int before, int behind, int length) = (both[axis], both[axis + rank], x.Shape[axis]);
            if (before < 0 || behind < 0)
            {
                throw new NotSupportedException("OnnxExporter: circular padding that takes elements away cannot be written.");
            }

            if (before + behind > 0)
            {
                string whole = padded;
                padded = graph.Add(
                    "Concat",
                    [.. before > 0 ? (string[])[Part(length - before, length)] : [], whole, .. behind > 0 ? (string[])[Part(0, behind)] : []], ("axis", axis));

                string Part(int start, int end) => graph.Add("Slice", [whole, graph.Integers(start), graph.Integers(end), graph.Integers(axis)]);
            }
        }

        return padded;
    }

    private static string Resize(OnnxGraph graph, Upsample layer, OnnxValue x)
    {
        (string mode, string corners) = layer.Mode switch
        {
            Interpolation.Nearest => ("nearest", "asymmetric"),
            Interpolation.NearestExact => ("nearest", "half_pixel"),
            Interpolation.Linear => ("linear", layer.AlignCorners ? "align_corners" : "half_pixel"),
            _ => ("cubic", layer.AlignCorners ? "align_corners" : "half_pixel"),
        };
        int axes = x.Shape.Rank - 2;
        string[] inputs = [x.Name, string.Empty, string.Empty, string.Empty];
        if (layer.Size is { } size)
        {
            string front = graph.Add("Slice", [graph.Add("Shape", [x.Name]), graph.Integers(0), graph.Integers(2), graph.Integers(0)]);
            inputs[3] = graph.Add("Concat", [front, graph.Integers(size.ToArray(axes))], ("axis", 0));
        }
        else
        {
            float[] factors = [.. layer.ScaleFactor!.Count == 1 ? Enumerable.Repeat(layer.ScaleFactor[0], axes).Select(static f => (float)f) : layer.ScaleFactor.Select(static f => (float)f)];
            inputs = [x.Name, string.Empty, graph.Constant(Tensor.From((float[])[1, 1, .. factors], Device.Cpu))];
        }

        return graph.Add(
            "Resize", inputs, ("mode", mode), ("coordinate_transformation_mode", corners),
            ("nearest_mode", layer.Mode == Interpolation.NearestExact ? "round_prefer_ceil" : "floor"), ("cubic_coeff_a", -0.75));
    }
}

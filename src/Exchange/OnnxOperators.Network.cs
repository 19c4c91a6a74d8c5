namespace DeepSharp.Exchange;

/// <summary>Products, convolutions, windows and norms.</summary>
internal static partial class OnnxOperators
{
    private static IEnumerable<(string Name, Single Run)> Network() =>
    [
        ("MatMul", static s => Product(s[0], s[1])), ("Gemm", Gemm), ("Einsum", static s => Tensor.Einsum(s.Node.Text("equation", string.Empty), [.. Enumerable.Range(0, s.Count).Select(i => s[i])])),
        ("Conv", Convolve), ("ConvTranspose", Transpose), ("MaxPool", MaxPool), ("AveragePool", AveragePool),
        ("GlobalAveragePool", static s => s[0].Mean([.. Enumerable.Range(2, s[0].Rank - 2)], true)),
        ("GlobalMaxPool", static s => s[0].Max([.. Enumerable.Range(2, s[0].Rank - 2)], true)),
        ("BatchNormalization", BatchNorm),
        ("InstanceNormalization", static s => s[0].InstanceNorm(s[1], s[2], epsilon: s.Node.Float("epsilon", 1e-5))),
        ("LayerNormalization", LayerNorm),
        ("GroupNormalization", static s => s[0].GroupNorm(s.Node.Int("num_groups", 1), s[1], s[2], s.Node.Float("epsilon", 1e-5))),
        ("RMSNormalization", static s => s[0].RMSNorm(Last(s), s[1], s.Node.Float("epsilon", 1e-5))),
        ("LRN", static s => s[0].LocalResponseNorm(s.Node.Int("size", 1), s.Node.Float("alpha", 1e-4), s.Node.Float("beta", 0.75), s.Node.Float("bias", 1))),
        ("Resize", Resize),
    ];

    // A stack of matrices by a single one is a layer of ours: one product, with its gradient straight into the weight.
    private static Tensor Product(Tensor a, Tensor b) => b.Rank == 2 && a.Rank >= 2 ? a.Linear(b.T) : a.MatMul(b);

    private static Tensor Gemm(OnnxStep step)
    {
        (double alpha, double beta) = (step.Node.Float("alpha", 1), step.Node.Float("beta", 1));
        Tensor a = step.Node.Int("transA", 0) != 0 ? step[0].T : step[0];
        Tensor weight = step.Node.Int("transB", 0) != 0 ? step[1] : step[1].T;
        Tensor? c = step.Optional(2);
        if (alpha == 1 && beta == 1 && (c is null || (c.Rank == 1 && c.Shape[0] == weight.Shape[0])))
        {
            return a.Linear(weight, c);
        }

        Tensor product = a.Linear(weight) * alpha;
        return c is null ? product : product + (c * beta);
    }

    private static Tensor Convolve(OnnxStep step)
    {
        (Tensor x, Tensor weight, Tensor? bias) = (step[0], step[1], step.Optional(2));
        int axes = x.Rank - 2;
        int[] stride = step.Node.Ints("strides") ?? [.. Enumerable.Repeat(1, axes)];
        int[] dilation = step.Node.Ints("dilations") ?? [.. Enumerable.Repeat(1, axes)];
        int groups = step.Node.Int("group", 1);
        int[] extent = [.. Enumerable.Range(0, axes).Select(i => (dilation[i] * (weight.Shape[i + 2] - 1)) + 1)];
        (x, int[] padding) = Padded(step, x, extent, stride, 0);
        return axes switch
        {
            1 => x.Conv1D(weight, bias, new(stride), new PerAxis(padding), new(dilation), groups),
            2 => x.Conv2D(weight, bias, new(stride), new PerAxis(padding), new(dilation), groups),
            3 => x.Conv3D(weight, bias, new(stride), new PerAxis(padding), new(dilation), groups),
            _ => throw step.Node.Fault($"an input {x.Shape} has {axes} axes behind the channels; 1 to 3 are known."),
        };
    }

    // Padding that is the same on both sides is the operator's; otherwise it is added before.
    private static (Tensor Input, int[] Padding) Padded(OnnxStep step, Tensor x, int[] extent, int[] stride, double value)
    {
        int axes = extent.Length;
        int[] pads = step.Node.Ints("pads") ?? new int[2 * axes];
        string auto = step.Node.Text("auto_pad", "NOTSET");
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            pads = new int[2 * axes];
            for (int i = 0; i < axes; i++)
            {
                int length = x.Shape[i + 2];
                int total = Math.Max(0, ((((length + stride[i] - 1) / stride[i]) - 1) * stride[i]) + extent[i] - length);
                pads[i] = auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
                pads[i + axes] = total - pads[i];
            }
        }

        // What is added behind, out of reach of the last window, may be as much as before.
        for (int i = 0; i < axes && step.Node.Int("ceil_mode", 0) == 0; i++)
        {
            int least = x.Shape[i + 2] - extent[i] + pads[i] + pads[i + axes];
            if (pads[i + axes] < pads[i] && least >= 0 && least / stride[i] == (least + pads[i] - pads[i + axes]) / stride[i])
            {
                pads[i + axes] = pads[i];
            }
        }

        if (pads.AsSpan(0, axes).SequenceEqual(pads.AsSpan(axes)) && (value == 0 || Enumerable.Range(0, axes).All(i => 2 * pads[i] <= extent[i])))
        {
            return (x, pads[..axes]);
        }

        int[] both = [.. Enumerable.Range(0, axes).Reverse().SelectMany(i => (int[])[pads[i], pads[i + axes]])];
        return (x.Pad(both, PaddingMode.Zeros, value), new int[axes]);
    }

    private static Tensor Transpose(OnnxStep step)
    {
        (Tensor x, Tensor weight, Tensor? bias) = (step[0], step[1], step.Optional(2));
        int axes = x.Rank - 2;
        int[] stride = step.Node.Ints("strides") ?? [.. Enumerable.Repeat(1, axes)];
        int[] dilation = step.Node.Ints("dilations") ?? [.. Enumerable.Repeat(1, axes)];
        int[] pads = step.Node.Ints("pads") ?? new int[2 * axes];
        int[] more = step.Node.Ints("output_padding") ?? new int[axes];
        int groups = step.Node.Int("group", 1);
        if (step.Node.Has("output_shape") || step.Node.Text("auto_pad", "NOTSET") is "SAME_UPPER" or "SAME_LOWER")
        {
            throw step.Node.Fault("its padding is said by the shape of its output. Give pads and output_padding.");
        }

        // What is cut off behind alone is cut off afterwards.
        int[] padding = [.. Enumerable.Range(0, axes).Select(i => Math.Min(pads[i], pads[i + axes]))];
        Tensor y = axes switch
        {
            1 => x.ConvTranspose1D(weight, bias, new(stride), new(padding), new(more), groups, new(dilation)),
            2 => x.ConvTranspose2D(weight, bias, new(stride), new(padding), new(more), groups, new(dilation)),
            3 => x.ConvTranspose3D(weight, bias, new(stride), new(padding), new(more), groups, new(dilation)),
            _ => throw step.Node.Fault($"an input {x.Shape} has {axes} axes behind the channels; 1 to 3 are known."),
        };
        for (int i = 0; i < axes; i++)
        {
            (int before, int behind) = (pads[i] - padding[i], pads[i + axes] - padding[i]);
            y = before + behind == 0 ? y : y.Narrow(i + 2, before, y.Shape[i + 2] - before - behind);
        }

        return y;
    }

    private static Tensor MaxPool(OnnxStep step)
    {
        (Tensor x, int[] kernel, int[] stride, int[] dilation, int[] padding, bool ceil) = Window(step, double.NegativeInfinity);
        return kernel.Length switch
        {
            1 => x.MaxPool1D(new(kernel), new PerAxis(stride), new PerAxis(padding), new PerAxis(dilation), ceil),
            2 => x.MaxPool2D(new(kernel), new PerAxis(stride), new PerAxis(padding), new PerAxis(dilation), ceil),
            _ => x.MaxPool3D(new(kernel), new PerAxis(stride), new PerAxis(padding), new PerAxis(dilation), ceil),
        };
    }

    private static Tensor AveragePool(OnnxStep step)
    {
        bool counts = step.Node.Int("count_include_pad", 0) != 0;
        (Tensor x, int[] kernel, int[] stride, int[] dilation, int[] padding, bool ceil) = Window(step, 0);
        if (dilation.Any(static d => d != 1) || (!counts && !ReferenceEquals(x, step[0])))
        {
            throw step.Node.Fault("averages of dilated windows, and of padding that is not the same on both sides and does not count, are not known.");
        }

        return kernel.Length switch
        {
            1 => x.AveragePool1D(new(kernel), new PerAxis(stride), new PerAxis(padding), ceil, counts),
            2 => x.AveragePool2D(new(kernel), new PerAxis(stride), new PerAxis(padding), ceil, counts),
            _ => x.AveragePool3D(new(kernel), new PerAxis(stride), new PerAxis(padding), ceil, counts),
        };
    }

    private static (Tensor Input, int[] Kernel, int[] Stride, int[] Dilation, int[] Padding, bool Ceil) Window(OnnxStep step, double value)
    {
        int[] kernel = step.Node.Ints("kernel_shape") ?? throw step.Node.Fault("it has no kernel_shape.");
        int[] stride = step.Node.Ints("strides") ?? [.. Enumerable.Repeat(1, kernel.Length)];
        int[] dilation = step.Node.Ints("dilations") ?? [.. Enumerable.Repeat(1, kernel.Length)];
        bool ceil = step.Node.Int("ceil_mode", 0) != 0;
        int[] extent = [.. kernel.Select((length, i) => (dilation[i] * (length - 1)) + 1)];
        if (kernel.Length is < 1 or > 3 || kernel.Length != step[0].Rank - 2)
        {
            throw step.Node.Fault($"a window of {kernel.Length} axes.");
        }

        (Tensor x, int[] padding) = Padded(step, step[0], extent, stride, value);
        return (x, kernel, stride, dilation, padding, ceil);
    }

    private static Tensor BatchNorm(OnnxStep step)
    {
        double epsilon = step.Node.Float("epsilon", 1e-5);
        return step.IsTraining
            ? step[0].BatchNorm(step[1], step[2], step[3], step[4], 1 - step.Node.Float("momentum", 0.9), epsilon)
            : step[0].BatchNormFixed(step[1], step[2], step[3], step[4], epsilon);
    }

    private static Tensor LayerNorm(OnnxStep step) => step[0].LayerNorm(Last(step), step[1], step.Optional(2), step.Node.Float("epsilon", 1e-5));

    // The axes from that of the attribute to the last.
    private static Shape Last(OnnxStep step)
    {
        int axis = step.Node.Int("axis", -1);
        return new Shape(step[0].Shape.AsSpan()[(axis < 0 ? axis + step[0].Rank : axis)..]);
    }

    private static Tensor Resize(OnnxStep step)
    {
        Tensor x = step[0];
        string mode = step.Node.Text("mode", "nearest");
        string corners = step.Node.Text("coordinate_transformation_mode", "half_pixel");
        string nearest = step.Node.Text("nearest_mode", "round_prefer_floor");
        bool aligned = corners == "align_corners";
        Interpolation way = (mode, corners, nearest) switch
        {
            ("nearest", "asymmetric", "floor") => Interpolation.Nearest,
            ("nearest", "half_pixel" or "pytorch_half_pixel", "round_prefer_ceil" or "round_prefer_floor") => Interpolation.NearestExact,
            ("linear", "half_pixel" or "pytorch_half_pixel" or "align_corners", _) => Interpolation.Linear,
            ("cubic", "half_pixel" or "pytorch_half_pixel" or "align_corners", _) when Math.Abs(step.Node.Float("cubic_coeff_a", -0.75) + 0.75) < 1e-6 => Interpolation.Cubic,
            _ => throw step.Node.Fault($"the mode {mode} with {corners}{(mode == "nearest" ? $" and {nearest}" : string.Empty)} is not known."),
        };
        int[] lengths = x.Shape.ToArray();
        if (step.Has(3) && step[3].Count > 0)
        {
            return x.Interpolate(new PerAxis(step.Ints(3).AsSpan(2)), mode: way, alignCorners: aligned);
        }

        double[] factors = step[2].To(DType.Float64).ToArray<double>();
        return factors.Length != lengths.Length || factors[0] != 1 || factors[1] != 1
            ? throw step.Node.Fault("it resizes the batch or the channels.")
            : x.Interpolate(scaleFactor: factors[2..], mode: way, alignCorners: aligned);
    }
}

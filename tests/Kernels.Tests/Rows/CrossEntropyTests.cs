using DeepSharp.Testing;

namespace DeepSharp.Kernels.Tests;

public class CrossEntropyTests
{
    public static TheoryData<string> Goldens => [.. Golden.Load("losses").Cases.Where(c => c.Kind == "cross_entropy").Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Losses_and_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("losses")[name];
        GoldenArray input = golden.Inputs["input"];
        DType dtype = golden.DType == "float32" ? DType.Float32 : DType.Float64;
        int[] shape = [.. input.Shape];
        int columns = shape[1];
        int inner = input.Count / shape[0] / columns;
        int[] dims = [input.Count / columns, columns];

        // Classes are the second axis of PyTorch's logits; these kernels have them last.
        int[] order = [.. Enumerable.Range(0, input.Count).Select(i =>
            (((i / columns / inner * columns) + (i % columns)) * inner) + (i / columns % inner))];
        string reduction = golden.Options.Text("reduction");
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample logits = Sample.Of(device, dtype, dims, i => input.ToDoubles()[order[i]]);
            using Sample labels = Sample.Of(device, DType.Int64, [dims[0]], i => golden.Inputs["target"].ToDoubles()[i]);
            using Sample weights = Sample.Of(
                device, dtype, [columns], i => golden.Inputs.Contains("weight") ? golden.Inputs["weight"].ToDoubles()[i] : double.NaN);
            Options options = new(
                golden.Options.Number("label_smoothing"),
                golden.Options.Integer("ignore_index"),
                golden.Inputs.Contains("weight") ? weights.Operand : null);
            double[] given = golden.OutputGradients.All[0].ToDoubles();
            using Sample upstream = Sample.Of(device, dtype, [given.Length], i => given[i]);
            Outcome outcome = Run(logits, labels, upstream, options, reduction);
            double tolerance = dtype == DType.Float32 ? 1e-5 : 1e-12;
            golden.Outputs.All[0].AssertClose(outcome.Loss, tolerance, tolerance);
            double[] gradient = new double[input.Count];
            for (int i = 0; i < order.Length; i++)
            {
                gradient[order[i]] = outcome.Gradient[i];
            }

            golden.Gradients["input"].AssertClose(gradient, tolerance, tolerance);
        }
    }

    public static TheoryData<int, DType> Lengths => RowLengths.With(DType.UInt8, DType.Int32, DType.Int64);

    public static TheoryData<int> Counts => RowLengths.Counts;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_number_of_classes_agrees_with_the_formula(int columns, DType labelType)
    {
        columns = labelType == DType.UInt8 ? Math.Min(columns, 256) : columns;
        int rows = columns <= 64 ? 70 : 5;
        Check(Device.Cpu, DType.Float32, labelType, rows, columns, 0, false);
        Check(Device.Cpu, DType.Float64, labelType, rows, columns, 0.1, true);
        Check(Device.Cpu, DType.Float32, labelType, 7, columns, 0.3, false);
        Check(Device.Cpu, DType.Float32, labelType, 7, columns, 0, true);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void A_number_of_rows_agrees_with_the_formula(int rows)
    {
        Check(Device.Cpu, DType.Float32, DType.Int64, rows, 10, 0.1, true);
        Check(Device.Cpu, DType.Float64, DType.UInt8, rows, 3, 0, false);
    }

    [Theory]
    [InlineData(DType.Float32, DType.UInt8, 5, 3, 0.1, true)]
    [InlineData(DType.Float32, DType.Int32, 300, 10, 0.1, true)]
    [InlineData(DType.Float32, DType.Int64, 1027, 3, 0.1, false)]
    [InlineData(DType.Float32, DType.UInt8, 3, 37, 0, false)]
    [InlineData(DType.Float64, DType.Int64, 5, 33, 0.2, true)]
    [InlineData(DType.Float64, DType.Int32, 3, 20, 0.2, false)]
    public void The_GPU_form_agrees_with_the_formula(DType dtype, DType labelType, int rows, int columns, double smoothing, bool weighted) =>
        Check(TestDevice.Gpu, dtype, labelType, rows, columns, smoothing, weighted);

    [Theory]
    [InlineData("cpu", 3)]
    [InlineData("cpu", 10)]
    [InlineData("cpu", 37)]
    [InlineData("cpu", 1025)]
    [InlineData("emulated", 3)]
    [InlineData("emulated", 37)]
    public void Distributions_agree_with_the_formula(string where, int columns)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        foreach ((double smoothing, bool weighted) in ((double, bool)[])[(0, false), (0.2, true)])
        {
            int[] dims = [5, columns];
            double minus = double.NegativeInfinity;
            using Sample logits = Sample.Of(device, DType.Float32, dims, i => smoothing == 0 && i % 7 == 3 ? minus : 3 * Numbers.Noise(i));
            using Sample target = Sample.Of(device, DType.Float32, dims, i => i % 7 == 3 ? 0 : 1 + Numbers.Noise(i, 2));
            using Sample weights = Sample.Of(device, DType.Float32, [columns], i => 1 + (0.5 * Numbers.Noise(i, 3)));
            using Sample upstream = Sample.Of(device, DType.Float32, [5], i => Numbers.Noise(i, 5));
            using Sample losses = Sample.Filled(device, DType.Float32, [5], 9);
            using Sample kept = Sample.Filled(device, DType.Float32, [5], 9);
            using Sample gradient = Sample.Filled(device, DType.Float32, dims, 9);
            RowOperands operands = new()
            {
                A = logits.Operand,
                B = target.Operand,
                G = weighted ? weights.Operand : null,
                R = 1 - smoothing,
                S = smoothing / columns,
            };
            Rows.Run<CrossEntropyOp<DistributionTarget>>("CrossEntropy", operands with { LastP = kept.Operand, LastQ = losses.Operand });
            Rows.Run<CrossEntropyGradientOp<DistributionTarget>>(
                "CrossEntropy", operands with { FirstP = kept.Operand, FirstQ = upstream.Operand, Output = gradient.Operand });
            double[] x = logits.Read();
            double[] w = weighted ? weights.Read() : [.. Enumerable.Repeat(1.0, columns)];
            double[] q = [.. target.Read().Select((t, i) => w[i % columns] * ((t * (1 - smoothing)) + (smoothing / columns)))];
            double[] expected = new double[5];
            double[] slopes = new double[x.Length];
            double[] g = upstream.Read();
            for (int row = 0; row < 5; row++)
            {
                double[] r = x[(row * columns)..((row + 1) * columns)];
                double[] part = q[(row * columns)..((row + 1) * columns)];
                double logSum = Math.Log(Numbers.Sum(r.Select(Math.Exp)));
                expected[row] = Numbers.Sum(part.Select((t, c) => t == 0 ? 0 : t * (logSum - r[c])));
                for (int c = 0; c < columns; c++)
                {
                    slopes[(row * columns) + c] = g[row] * ((Numbers.Sum(part) * Math.Exp(r[c] - logSum)) - part[c]);
                }
            }

            Numbers.AssertClose(expected, losses.Read(), 2e-6, 2e-6);
            Numbers.AssertClose(slopes, gradient.Read(), 2e-6, 4e-6);
        }
    }

    [Fact]
    public void Many_classes_keep_their_digits()
    {
        Check(Device.Cpu, DType.Float32, DType.Int32, 3, 50021, 0, false);
        Check(Device.Cpu, DType.Float32, DType.Int32, 3, 50021, 0.1, true);
    }

    [Fact]
    public void A_small_loss_beside_large_logits_keeps_its_digits()
    {
        using Sample logits = Sample.Of(Device.Cpu, DType.Float32, [1, 2], i => i == 0 ? 1000 : 992);
        using Sample labels = Sample.Of(Device.Cpu, DType.Int32, [1], _ => 0);
        using Sample one = Sample.Filled(Device.Cpu, DType.Float32, [1], 1);
        Numbers.AssertClose([Math.Log(1 + Math.Exp(-8))], Run(logits, labels, one, default, "none").Loss, 1e-3, 0);
    }

    [Fact]
    public void A_label_out_of_range_is_an_error_on_the_CPU()
    {
        foreach (double bad in (double[])[-1, 4, 255])
        {
            using Sample logits = Sample.Filled(Device.Cpu, DType.Float32, [3000, 4], 0);
            using Sample labels = Sample.Of(Device.Cpu, DType.Int32, [3000], i => i is 1234 or 2999 ? bad : i % 4);
            using Sample losses = Sample.Filled(Device.Cpu, DType.Float32, [3000], 0);
            RowOperands operands = Operands<LabelTarget>(logits, labels, default) with { LastQ = losses.Operand };
            string message = Assert.Throws<ArgumentException>(() => Rows.Run<CrossEntropyOp<LabelTarget>>("CrossEntropy", operands)).Message;
            Assert.Contains(FormattableString.Invariant($"label {bad} of row 1234"), message, StringComparison.Ordinal);
            Rows.Run<CrossEntropyOp<LabelTarget>>("CrossEntropy", operands with { IgnoredLabel = (long)bad });
            Assert.Equal(0, losses.Read()[1234]);
        }
    }

    [Fact]
    public void A_label_out_of_range_gives_NaN_on_a_GPU()
    {
        using Sample logits = Sample.Filled(TestDevice.Gpu, DType.Float32, [3, 4], 0);
        using Sample labels = Sample.Of(TestDevice.Gpu, DType.Int32, [3], i => i == 1 ? 7 : 0);
        using Sample one = Sample.Filled(TestDevice.Gpu, DType.Float32, [1], 1);
        Outcome outcome = Run(logits, labels, one, default, "none");
        double loss = Math.Log(4);
        Numbers.AssertClose([loss, double.NaN, loss], outcome.Loss, 1e-6, 0);
        double[] row = [-0.75, 0.25, 0.25, 0.25];
        double nan = double.NaN;
        Numbers.AssertClose([.. row, nan, nan, nan, nan, .. row], outcome.Gradient, 1e-6, 0);
        Assert.Equal([double.NaN], Run(logits, labels, one, default, "mean").Loss);
    }

    [Theory]
    [InlineData("cpu", 4)]
    [InlineData("emulated", 4)]
    [InlineData("emulated", 40)]
    public void Classes_that_are_masked_by_negative_infinity_count_nothing(string where, int columns)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample logits = Sample.Of(device, DType.Float32, [3, columns], i => i % columns < 2 ? 0 : double.NegativeInfinity);
        using Sample labels = Sample.Of(device, DType.Int32, [3], static i => i % 2);
        using Sample one = Sample.Filled(device, DType.Float32, [1], 1);
        foreach (string reduction in (string[])["none", "mean"])
        {
            Outcome outcome = Run(logits, labels, one, default, reduction);
            Assert.All(outcome.Loss, static loss => Assert.Equal(Math.Log(2), loss, 1e-6));
            Assert.All(outcome.Gradient, static slope => Assert.False(double.IsNaN(slope)));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(37)]
    public void The_gradient_may_take_the_place_of_the_logits(int columns)
    {
        using Sample logits = Sample.Of(Device.Cpu, DType.Float32, [9, columns], i => 3 * Numbers.Noise(i));
        using Sample labels = Sample.Of(Device.Cpu, DType.Int32, [9], i => i % columns);
        using Sample loss = Sample.Filled(Device.Cpu, DType.Float32, [9], 0);
        using Sample kept = Sample.Filled(Device.Cpu, DType.Float32, [9], 0);
        using Sample gradient = Sample.Filled(Device.Cpu, DType.Float32, [9, columns], 0);
        RowOperands forward = Operands<LabelTarget>(logits, labels, default) with { LastP = kept.Operand, LastQ = loss.Operand };
        Rows.Run<CrossEntropyOp<LabelTarget>>("CrossEntropy", forward);
        RowOperands backward = Operands<LabelTarget>(logits, labels, default) with
        {
            FirstP = kept.Operand,
            FirstQ = loss.Operand,
            R = 1,
            Output = gradient.Operand,
        };
        Rows.Run<CrossEntropyGradientOp<LabelTarget>>("CrossEntropy", backward);
        Rows.Run<CrossEntropyGradientOp<LabelTarget>>("CrossEntropy", backward with { Output = logits.Operand });
        Assert.Equal(gradient.Bits(), logits.Bits());
    }

    private static RowOperands Operands<TTarget>(Sample logits, Sample labels, in Options options)
        where TTarget : unmanaged, ICrossEntropyTarget => new()
        {
            A = logits.Operand,
            G = options.Weights,
            Labels = labels.Operand,
            IgnoredLabel = options.IgnoreIndex,
            R = 1 - options.Smoothing,
            S = options.Smoothing / logits.Operand.Dims[1],
        };

    private static Outcome Run(Sample logits, Sample labels, Sample upstream, Options options, string reduction) =>
        options.Smoothing > 0
            ? Run<SmoothLabelTarget>(logits, labels, upstream, options, reduction)
            : Run<LabelTarget>(logits, labels, upstream, options, reduction);

    private static Outcome Run<TTarget>(Sample logits, Sample labels, Sample upstream, Options options, string reduction)
        where TTarget : unmanaged, ICrossEntropyTarget
    {
        Device device = logits.Operand.Device;
        DType dtype = logits.Operand.DType;
        int rows = logits.Operand.Dims[0];
        using Sample losses = Sample.Filled(device, dtype, [rows], 9);
        using Sample kept = Sample.Filled(device, dtype, [rows], 9);
        using Sample total = Sample.Filled(device, dtype, [], 9);
        using Sample divisor = Sample.Filled(device, dtype, [], 9);
        using Sample gradient = Sample.Filled(device, dtype, logits.Operand.Dims, 9);
        RowOperands operands = Operands<TTarget>(logits, labels, options);
        RowOperands forward = operands with { LastP = kept.Operand, LastQ = losses.Operand };
        RowOperands backward = operands with
        {
            FirstP = kept.Operand,
            FirstQ = upstream.Operand,
            FirstR = reduction == "none" ? null : divisor.Operand,
            R = 1,
            Output = gradient.Operand,
        };
        if (reduction == "none")
        {
            Rows.Run<CrossEntropyOp<TTarget>>("CrossEntropy", forward);
        }
        else
        {
            Rows.Total<TTarget>("CrossEntropy", forward, total.Operand, divisor.Operand, reduction == "mean");
        }

        Rows.Run<CrossEntropyGradientOp<TTarget>>("CrossEntropy", backward);
        return new Outcome((reduction == "none" ? losses : total).Read(), gradient.Read());
    }

    private static void Check(Device device, DType dtype, DType labelType, int rows, int columns, double smoothing, bool weighted)
    {
        using Sample logits = Sample.Of(device, dtype, [rows, columns], i => 4 * Numbers.Noise(i, columns));
        using Sample labels = Sample.Of(device, labelType, [rows], i => (i * 7) % columns);
        using Sample weights = Sample.Of(device, dtype, [columns], i => 1 + (0.5 * Numbers.Noise(i, 3)));
        using Sample upstream = Sample.Of(device, dtype, [rows], i => 1 + Numbers.Noise(i, 5));
        Options options = new(smoothing, columns > 2 ? 2 : null, weighted ? weights.Operand : null);
        Outcome outcome = Run(logits, labels, upstream, options, "none");
        double[] w = weighted ? weights.Read() : [.. Enumerable.Repeat(1.0, columns)];
        double[] x = logits.Read();
        double[] g = upstream.Read();
        double[] t = labels.Read();
        double[] losses = new double[rows];
        double[] gradient = new double[x.Length];
        double divisor = 0;
        for (int row = 0; row < rows; row++)
        {
            int target = (int)t[row];
            if (target == options.IgnoreIndex)
            {
                continue;
            }

            divisor += w[target];
            double[] r = x[(row * columns)..((row + 1) * columns)];
            double logSum = Math.Log(Numbers.Sum(r.Select(Math.Exp)));
            double[] q = [.. w.Select((weight, c) => weight * (((c == target ? 1 : 0) * (1 - smoothing)) + (smoothing / columns)))];
            losses[row] = Numbers.Sum(q.Select((part, c) => part * (logSum - r[c])));
            double all = Numbers.Sum(q);
            for (int j = 0; j < columns; j++)
            {
                gradient[(row * columns) + j] = g[row] * ((all * Math.Exp(r[j] - logSum)) - q[j]);
            }
        }

        double unit = dtype == DType.Float32 ? 2e-6 : 1e-14;
        string what = $"{device} {dtype} [{rows}, {columns}] smoothing {smoothing}, weighted {weighted}";
        Numbers.AssertClose(losses, outcome.Loss, unit, 2 * unit, what);
        Numbers.AssertClose(gradient, outcome.Gradient, unit, 2 * unit, what + " gradient");
        using Sample one = Sample.Filled(device, dtype, [1], 1);
        Outcome mean = Run(logits, labels, one, options, "mean");
        Numbers.AssertClose([losses.Sum() / divisor], mean.Loss, unit, unit, what + " mean");
        Numbers.AssertClose(
            [.. gradient.Select((slope, i) => g[i / columns] == 0 ? 0 : slope / g[i / columns] / divisor)], mean.Gradient, unit, 2 * unit,
            what + " gradient of the mean");
        Numbers.AssertClose([losses.Sum()], Run(logits, labels, one, options, "sum").Loss, unit, unit * Math.Max(1, rows), what + " sum");
    }

    private readonly record struct Options(double Smoothing = 0, long? IgnoreIndex = null, Operand? Weights = null);

    private sealed record Outcome(double[] Loss, double[] Gradient);
}

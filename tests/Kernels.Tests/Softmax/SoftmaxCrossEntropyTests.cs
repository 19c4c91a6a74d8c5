using DeepSharp.Testing;

namespace DeepSharp.Kernels.Tests;

public class SoftmaxCrossEntropyTests
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
        int inner = shape.Length > 2 ? shape[2] : 1;
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
            CrossEntropyOptions options = new(
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

    [Theory]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    public void Every_number_of_classes_agrees_with_the_formula(DType labelType)
    {
        foreach (int columns in Enumerable.Range(1, 256).Concat(labelType == DType.UInt8 ? [] : [1023, 4099]))
        {
            // Up to 64 classes in batches that are taken in blocks, more in small ones.
            int rows = columns <= 64 ? 70 : 5;
            Check(Device.Cpu, DType.Float32, labelType, rows, columns, 0, false);
            Check(Device.Cpu, DType.Float64, labelType, rows, columns, 0.1, true);
            Check(Device.Cpu, DType.Float32, labelType, 7, columns, 0.3, false);
            Check(Device.Cpu, DType.Float32, labelType, 7, columns, 0, true);
        }

        foreach (int rows in Enumerable.Range(0, 257))
        {
            Check(Device.Cpu, DType.Float32, labelType, rows, 10, 0.1, true);
            Check(Device.Cpu, DType.Float64, labelType, rows, 3, 0, false);
        }

        Check(Device.Cpu, DType.Float32, labelType, 3000, 10, 0.1, true);
        Check(TestDevice.Gpu, DType.Float32, labelType, 5, 3, 0.1, true);
        Check(TestDevice.Gpu, DType.Float32, labelType, 300, 10, 0.1, true);
        Check(TestDevice.Gpu, DType.Float32, labelType, 1027, 3, 0.1, false);
        Check(TestDevice.Gpu, DType.Float32, labelType, 3, 37, 0, false);
        Check(TestDevice.Gpu, DType.Float64, labelType, 5, 33, 0.2, true);
        Check(TestDevice.Gpu, DType.Float64, labelType, 3, 20, 0.2, false);
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
            using Sample out1 = Sample.Filled(Device.Cpu, DType.Float32, [3000], 0);
            using Sample out2 = Sample.Filled(Device.Cpu, DType.Float32, [3000], 0);
            string message = Assert.Throws<ArgumentException>(
                () => SoftmaxCrossEntropy.Forward(out1.Operand, out2.Operand, logits.Operand, labels.Operand)).Message;
            Assert.Contains($"label {bad} of row 1234", message, StringComparison.Ordinal);
            SoftmaxCrossEntropy.Forward(
                out1.Operand, out2.Operand, logits.Operand, labels.Operand, new CrossEntropyOptions(IgnoreIndex: (long)bad));
            Assert.Equal(0, out1.Read()[1234]);
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

    [Fact]
    public void The_gradient_may_take_the_place_of_the_logits()
    {
        foreach (int columns in (int[])[3, 8, 10, 37])
        {
            using Sample logits = Sample.Of(Device.Cpu, DType.Float32, [9, columns], i => 3 * Numbers.Noise(i));
            using Sample labels = Sample.Of(Device.Cpu, DType.Int32, [9], i => i % columns);
            using Sample loss = Sample.Filled(Device.Cpu, DType.Float32, [9], 0);
            using Sample kept = Sample.Filled(Device.Cpu, DType.Float32, [9], 0);
            using Sample gradient = Sample.Filled(Device.Cpu, DType.Float32, [9, columns], 0);
            SoftmaxCrossEntropy.Forward(loss.Operand, kept.Operand, logits.Operand, labels.Operand);
            SoftmaxCrossEntropy.Backward(gradient.Operand, logits.Operand, kept.Operand, labels.Operand, loss.Operand);
            SoftmaxCrossEntropy.Backward(logits.Operand, logits.Operand, kept.Operand, labels.Operand, loss.Operand);
            Assert.Equal(gradient.Bits(), logits.Bits());
        }
    }

    [Fact]
    public void Operands_that_do_not_fit_are_refused()
    {
        using Sample logits = Sample.Filled(Device.Cpu, DType.Float32, [3, 4], 0);
        using Sample labels = Sample.Filled(Device.Cpu, DType.Int32, [3], 0);
        using Sample real = Sample.Filled(Device.Cpu, DType.Float32, [3], 0);
        using Sample four = Sample.Filled(Device.Cpu, DType.Float32, [4], 0);
        using Sample more = Sample.Filled(Device.Cpu, DType.Int32, [4], 0);
        using Sample twice = Sample.Filled(Device.Cpu, DType.Float64, [4], 0);
        Refused("[4]", () => SoftmaxCrossEntropy.Forward(real.Operand, real.Operand, logits.Operand, more.Operand));
        Refused("Float32", () => SoftmaxCrossEntropy.Forward(real.Operand, real.Operand, logits.Operand, real.Operand));
        Refused("[4]", () => SoftmaxCrossEntropy.Forward(four.Operand, real.Operand, logits.Operand, labels.Operand));
        Refused(
            "Float64",
            () => SoftmaxCrossEntropy.Forward(real.Operand, real.Operand, logits.Operand, labels.Operand, new(Weights: twice.Operand)));
        Refused("1.5", () => SoftmaxCrossEntropy.Forward(real.Operand, real.Operand, logits.Operand, labels.Operand, new(1.5)));
        using Sample one = Sample.Filled(Device.Cpu, DType.Float32, [], 0);
        using Sample whole = Sample.Filled(Device.Cpu, DType.Int32, [], 0);
        Refused("[3]", () => Total(real, one, real, real, labels));
        Refused("Each is one", () => Total(one, real, real, real, labels));
        Refused("Int32", () => Total(one, whole, real, real, labels));
        Refused("[4]", () => Total(one, one, four, real, labels));
        Refused("[4]", () => Total(one, one, real, four, labels));
        Refused("[4]", () => Total(one, one, real, real, more));
        Refused(
            "[4]", () => SoftmaxCrossEntropy.Backward(logits.Operand, logits.Operand, real.Operand, labels.Operand, four.Operand));

        void Total(Sample total, Sample divisor, Sample losses, Sample kept, Sample given) => SoftmaxCrossEntropy.Total(
            total.Operand, divisor.Operand, losses.Operand, kept.Operand, logits.Operand, given.Operand, default, true);
    }

    private static void Refused(string mention, Action call) =>
        Assert.Contains(mention, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static Outcome Run(Sample logits, Sample labels, Sample upstream, CrossEntropyOptions options, string reduction)
    {
        Device device = logits.Operand.Device;
        DType dtype = logits.Operand.DType;
        int rows = logits.Operand.Dims[0];
        using Sample losses = Sample.Filled(device, dtype, [rows], 9);
        using Sample kept = Sample.Filled(device, dtype, [rows], 9);
        using Sample total = Sample.Filled(device, dtype, [], 9);
        using Sample divisor = Sample.Filled(device, dtype, [], 9);
        using Sample gradient = Sample.Filled(device, dtype, logits.Operand.Dims, 9);
        if (reduction == "none")
        {
            SoftmaxCrossEntropy.Forward(losses.Operand, kept.Operand, logits.Operand, labels.Operand, options);
            SoftmaxCrossEntropy.Backward(
                gradient.Operand, logits.Operand, kept.Operand, labels.Operand, upstream.Operand, null, options);
            return new Outcome(losses.Read(), gradient.Read());
        }

        SoftmaxCrossEntropy.Total(
            total.Operand, divisor.Operand, losses.Operand, kept.Operand, logits.Operand, labels.Operand, options, reduction == "mean");
        SoftmaxCrossEntropy.Backward(
            gradient.Operand, logits.Operand, kept.Operand, labels.Operand, upstream.Operand, divisor.Operand, options);
        return new Outcome(total.Read(), gradient.Read());
    }

    private static void Check(Device device, DType dtype, DType labelType, int rows, int columns, double smoothing, bool weighted)
    {
        using Sample logits = Sample.Of(device, dtype, [rows, columns], i => 4 * Numbers.Noise(i, columns));
        using Sample labels = Sample.Of(device, labelType, [rows], i => (i * 7) % columns);
        using Sample weights = Sample.Of(device, dtype, [columns], i => 1 + (0.5 * Numbers.Noise(i, 3)));
        using Sample upstream = Sample.Of(device, dtype, [rows], i => 1 + Numbers.Noise(i, 5));
        CrossEntropyOptions options = new(smoothing, columns > 2 ? 2 : null, weighted ? weights.Operand : null);
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

    private sealed record Outcome(double[] Loss, double[] Gradient);
}

using DeepSharp.Testing;

namespace DeepSharp.Kernels.Tests;

public class SoftmaxTests
{
    public static TheoryData<string> Goldens =>
        [.. Golden.Load("activations").Cases.Where(c => c.Kind is "softmax" or "log_softmax").Select(c => c.Name)];

    public static TheoryData<int, string> Lengths
    {
        get
        {
            TheoryData<int, string> data = RowLengths.With("softmax", "log", "masked");
            data.Add(50001, "softmax");
            data.Add(50001, "log");
            return data;
        }
    }

    public static TheoryData<int> Counts => RowLengths.Counts;

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rows_of_a_length_agree_with_the_formula(int columns, string form)
    {
        Check(Device.Cpu, DType.Float32, 3, columns, form, 4);
        Check(Device.Cpu, DType.Float64, 3, columns, form, 4);
    }

    [Theory]
    [MemberData(nameof(Counts))]
    public void A_number_of_rows_agrees_with_the_formula(int rows)
    {
        foreach (string form in (string[])["softmax", "log", "masked"])
        {
            Check(Device.Cpu, DType.Float32, rows, 3, form, 4);
            Check(Device.Cpu, DType.Float64, rows, 5, form, 4);
            Check(Device.Cpu, DType.Float32, rows, 37, form, 30);
        }
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("log")]
    [InlineData("masked")]
    public void The_GPU_form_agrees_with_the_formula(string form)
    {
        foreach (int columns in (int[])[1, 5, 16, 17, 70])
        {
            Check(TestDevice.Gpu, DType.Float32, 3, columns, form, 4);
        }

        Check(TestDevice.Gpu, DType.Float64, 3, 33, form, 4);
    }

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Values_and_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("activations")[name];
        GoldenArray input = golden.Inputs.All[0];
        int[] shape = [.. input.Shape];

        // These kernels take rows; other axes are a permutation away.
        int axis = (golden.Options.Integer("dim") + shape.Length) % shape.Length;
        int[] order = [.. RowOrder(shape, axis)];
        DType dtype = golden.DType == "float32" ? DType.Float32 : DType.Float64;
        int columns = shape[axis];
        int[] dims = [input.Count / columns, columns];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, dtype, dims, i => input.ToDoubles()[order[i]]);
            using Sample dy = Sample.Of(device, dtype, dims, i => golden.OutputGradients.All[0].ToDoubles()[order[i]]);
            using Sample y = Sample.Filled(device, dtype, dims, 0);
            using Sample dx = Sample.Filled(device, dtype, dims, 0);
            Run(golden.Kind == "log_softmax" ? "log" : "softmax", x, dy, y, dx);
            double tolerance = dtype == DType.Float32 ? 2e-6 : 1e-13;
            double[] values = y.Read();
            double[] gradients = dx.Read();
            double[] turned = new double[values.Length];
            double[] turnedGradients = new double[values.Length];
            for (int i = 0; i < order.Length; i++)
            {
                turned[order[i]] = values[i];
                turnedGradients[order[i]] = gradients[i];
            }

            golden.Outputs.All[0].AssertClose(turned, tolerance, tolerance);
            golden.Gradients.All[0].AssertClose(turnedGradients, tolerance, tolerance);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(40)]
    [InlineData(70)]
    public void Outputs_may_take_the_place_of_inputs(int columns)
    {
        int[] dims = [5, columns];
        using Sample x = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i));
        using Sample dy = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i, 1));
        using Sample y = Sample.Filled(Device.Cpu, DType.Float32, dims, 0);
        using Sample dx = Sample.Filled(Device.Cpu, DType.Float32, dims, 0);
        using Sample mask = Sample.Of(Device.Cpu, DType.Bool, dims, i => i % 3 == 0 ? 0 : 1);
        foreach (string form in (string[])["softmax", "log", "masked"])
        {
            using Sample inPlace = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i));
            using Sample gradient = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i, 1));
            Run(form, x, dy, y, dx, mask);
            Run(form, inPlace, gradient, inPlace, gradient, mask);
            Assert.Equal(y.Bits(), inPlace.Bits());
            Assert.Equal(dx.Bits(), gradient.Bits());
        }
    }

    [Fact]
    public void Large_logits_do_not_overflow_and_infinities_give_what_they_must()
    {
        double inf = double.PositiveInfinity;
        double nan = double.NaN;
        double[][] rows = [[1e30, 1e30, -1e30], [-inf, 0, 0], [-inf, -inf, -inf], [inf, 0, 0], [nan, 0, 0]];
        double[][] expected = [[0.5, 0.5, 0], [0, 0.5, 0.5], [nan, nan, nan], [nan, nan, nan], [nan, nan, nan]];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, DType.Float32, [5, 3], i => rows[i / 3][i % 3]);
            using Sample y = Sample.Filled(device, DType.Float32, [5, 3], 0);
            Rows.Run<SoftmaxOp>("Softmax", new() { A = x.Operand, Output = y.Operand });
            Numbers.AssertClose([.. expected.SelectMany(r => r)], y.Read(), 1e-6, 0);
            Rows.Run<LogSoftmaxOp>("LogSoftmax", new() { A = x.Operand, Output = y.Operand });
            Numbers.AssertClose([Math.Log(0.5), Math.Log(0.5), -2e30], y.Read()[..3], 1e-6, 0);
            Numbers.AssertClose([double.NegativeInfinity, Math.Log(0.5), Math.Log(0.5)], y.Read()[3..6], 1e-6, 0);
        }
    }

    [Fact]
    public void What_a_mask_leaves_out_does_no_harm_and_a_row_of_which_nothing_is_left_is_zero()
    {
        double nan = double.NaN;
        double[][] rows = [[nan, 1, 1], [double.PositiveInfinity, 2, double.NegativeInfinity], [nan, 5, 5], [1, nan, 0], [3, 3, 3]];
        double[][] allowed = [[0, 1, 1], [0, 1, 1], [0, 0, 0], [1, 1, 0], [0, 1, 0]];
        double[][] expected = [[0, 0.5, 0.5], [0, 1, 0], [0, 0, 0], [nan, nan, nan], [0, 1, 0]];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, DType.Float32, [5, 3], i => rows[i / 3][i % 3]);
            using Sample mask = Sample.Of(device, DType.Bool, [5, 3], i => allowed[i / 3][i % 3]);
            using Sample y = Sample.Filled(device, DType.Float32, [5, 3], 7);
            Rows.Run<MaskedSoftmaxOp>("MaskedSoftmax", new() { A = x.Operand, Mask = mask.Operand, MaskRepeat = 1, Output = y.Operand });
            Numbers.AssertClose([.. expected.SelectMany(r => r)], y.Read(), 1e-6, 0);
        }
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(3, 1)]
    [InlineData(2, 3)]
    public void Rows_share_a_mask(int repeat, int maskRows)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, DType.Float32, [12, 5], i => Numbers.Noise(i));
            using Sample mask = Sample.Of(device, DType.Bool, [maskRows, 5], Allows);
            using Sample whole = Sample.Of(device, DType.Bool, [12, 5], i => Allows((i / 5 / repeat % maskRows * 5) + (i % 5)));
            using Sample y = Sample.Filled(device, DType.Float32, [12, 5], 0);
            using Sample expected = Sample.Filled(device, DType.Float32, [12, 5], 1);
            Rows.Run<MaskedSoftmaxOp>("MaskedSoftmax", new() { A = x.Operand, Mask = mask.Operand, MaskRepeat = repeat, Output = y.Operand });
            Rows.Run<MaskedSoftmaxOp>("MaskedSoftmax", new() { A = x.Operand, Mask = whole.Operand, MaskRepeat = 1, Output = expected.Operand });
            Assert.Equal(expected.Bits(), y.Bits());
        }

        static double Allows(int i) => Numbers.Noise(i, 9) > 0 ? 1 : 0;
    }

    [Fact]
    public void Nothing_is_done_with_nothing()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample noRows = Sample.Filled(device, DType.Float32, [0, 3], 0);
            using Sample noColumns = Sample.Filled(device, DType.Float32, [3, 0], 0);
            Run("softmax", noRows, noRows, noRows, noRows);
            Run("log", noColumns, noColumns, noColumns, noColumns);
        }
    }

    private static IEnumerable<int> RowOrder(int[] shape, int axis)
    {
        int inner = shape[(axis + 1)..].Aggregate(1, (a, b) => a * b);
        int outer = shape[..axis].Aggregate(1, (a, b) => a * b);
        for (int row = 0; row < outer * inner; row++)
        {
            for (int c = 0; c < shape[axis]; c++)
            {
                yield return (((row / inner * shape[axis]) + c) * inner) + (row % inner);
            }
        }
    }

    private static void Run(string form, Sample x, Sample dy, Sample y, Sample dx, Sample? mask = null)
    {
        RowOperands forward = new() { A = x.Operand, Output = y.Operand, Mask = mask?.Operand, MaskRepeat = 1 };
        RowOperands backward = new() { A = y.Operand, B = dy.Operand, Output = dx.Operand };
        switch (form)
        {
            case "log":
                Rows.Run<LogSoftmaxOp>("LogSoftmax", forward);
                Rows.Run<LogSoftmaxGradientOp>("LogSoftmax", backward);
                break;
            case "masked":
                Rows.Run<MaskedSoftmaxOp>("MaskedSoftmax", forward);
                Rows.Run<SoftmaxGradientOp>("MaskedSoftmax", backward);
                break;
            default:
                Rows.Run<SoftmaxOp>("Softmax", forward);
                Rows.Run<SoftmaxGradientOp>("Softmax", backward);
                break;
        }
    }

    private static void Check(Device device, DType dtype, int rows, int columns, string form, double scale)
    {
        bool log = form == "log";
        int[] dims = [rows, columns];
        using Sample x = Sample.Of(device, dtype, dims, i => scale * Numbers.Noise(i, columns));
        using Sample dy = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, columns + 1));
        using Sample mask = Sample.Of(device, DType.Bool, dims, i => form == "masked" && Numbers.Noise(i, columns + 2) < 0 ? 0 : 1);
        using Sample y = Sample.Filled(device, dtype, dims, 0);
        using Sample dx = Sample.Filled(device, dtype, dims, 0);
        Run(form, x, dy, y, dx, mask);
        double[] allowed = mask.Read();
        double[] logits = [.. x.Read().Select((v, i) => allowed[i] > 0 ? v : double.NegativeInfinity)];
        double[] upstream = dy.Read();
        double[] values = new double[logits.Length];
        double[] gradients = new double[logits.Length];
        double largest = log ? 1 : 0;
        for (int start = 0; start < logits.Length; start += columns)
        {
            double[] row = logits[start..(start + columns)];
            double max = Math.Max(row.Max(), -1e9);
            double logSum = max + Math.Log(Numbers.Sum(row.Select(v => Math.Exp(v - max))));
            double[] p = [.. row.Select(v => double.IsNegativeInfinity(v) ? 0 : Math.Exp(v - logSum))];
            largest = Math.Max(largest, p.Max());
            double sum = Numbers.Sum(p.Select((v, i) => upstream[start + i] * (log ? 1 : v)));
            for (int i = 0; i < columns; i++)
            {
                values[start + i] = log ? row[i] - logSum : p[i];
                gradients[start + i] = log ? upstream[start + i] - (p[i] * sum) : p[i] * (upstream[start + i] - sum);
            }
        }

        double unit = dtype == DType.Float32 ? 1e-6 : 2e-15;
        string what = $"{form} {device} {dtype} [{rows}, {columns}]";
        Numbers.AssertClose(values, y.Read(), unit * (1 + (scale / 10)), unit * (log ? scale : 0.01), what);

        // p (dy - s) is as exact as dy - s, times p: in long rows that is little.
        Numbers.AssertClose(gradients, dx.Read(), unit * (1 + (scale / 10)), unit * 2 * largest, what + " gradient");
    }
}

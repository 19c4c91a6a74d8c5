using DeepSharp.Testing;

namespace DeepSharp.Kernels.Tests;

public class SoftmaxTests
{
    public static TheoryData<string> Goldens =>
        [.. Golden.Load("activations").Cases.Where(c => c.Kind is "softmax" or "log_softmax").Select(c => c.Name)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_row_length_agrees_with_the_formula(bool log)
    {
        foreach (int columns in Enumerable.Range(1, 256).Concat([1000, 1023, 1025, 4099, 50001]))
        {
            Check(Device.Cpu, DType.Float32, columns < 300 ? 3 : 2, columns, log, 4);
            Check(Device.Cpu, DType.Float64, columns < 300 ? 3 : 2, columns, log, 4);
        }

        Check(Device.Cpu, DType.Float32, 3000, 37, log, 30);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_number_of_rows_agrees_with_the_formula(bool log)
    {
        foreach (int rows in Enumerable.Range(0, 257))
        {
            Check(Device.Cpu, DType.Float32, rows, 3, log, 4);
            Check(Device.Cpu, DType.Float64, rows, 5, log, 4);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_GPU_form_agrees_with_the_formula(bool log)
    {
        foreach (int columns in (int[])[1, 5, 16, 17, 70])
        {
            Check(TestDevice.Gpu, DType.Float32, 3, columns, log, 4);
        }

        Check(TestDevice.Gpu, DType.Float64, 3, 33, log, 4);
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
            Run(golden.Kind == "log_softmax", x, dy, y, dx);
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

    [Fact]
    public void Outputs_may_take_the_place_of_inputs()
    {
        foreach (int columns in (int[])[3, 8, 10, 40])
        {
            int[] dims = [5, columns];
            using Sample x = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i));
            using Sample dy = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i, 1));
            using Sample y = Sample.Filled(Device.Cpu, DType.Float32, dims, 0);
            using Sample dx = Sample.Filled(Device.Cpu, DType.Float32, dims, 0);
            foreach (bool log in (bool[])[false, true])
            {
                using Sample inPlace = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i));
                using Sample gradient = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i, 1));
                Run(log, x, dy, y, dx);
                Run(log, inPlace, gradient, inPlace, gradient);
                Assert.Equal(y.Bits(), inPlace.Bits());
                Assert.Equal(dx.Bits(), gradient.Bits());
            }
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
            Softmax.Forward(y.Operand, x.Operand);
            Numbers.AssertClose([.. expected.SelectMany(r => r)], y.Read(), 1e-6, 0);
            Softmax.LogForward(y.Operand, x.Operand);
            Numbers.AssertClose([Math.Log(0.5), Math.Log(0.5), -2e30], y.Read()[..3], 1e-6, 0);
            Numbers.AssertClose([double.NegativeInfinity, Math.Log(0.5), Math.Log(0.5)], y.Read()[3..6], 1e-6, 0);
        }
    }

    [Fact]
    public void Nothing_is_done_with_nothing_and_misfits_are_refused()
    {
        using Sample none = Sample.Filled(Device.Cpu, DType.Float32, [0, 3], 0);
        using Sample empty = Sample.Filled(Device.Cpu, DType.Float32, [3, 0], 0);
        using Sample a = Sample.Filled(Device.Cpu, DType.Float32, [3, 4], 0);
        using Sample turned = Sample.Filled(Device.Cpu, DType.Float32, [3, 4], 0, Layout.Transposed);
        using Sample b = Sample.Filled(Device.Cpu, DType.Float64, [3, 4], 0);
        using Sample whole = Sample.Filled(Device.Cpu, DType.Int32, [3, 4], 0);
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample noColumns = Sample.Filled(device, DType.Float32, [3, 0], 0);
            Run(false, noColumns, noColumns, noColumns, noColumns);
            Run(true, noColumns, noColumns, noColumns, noColumns);
        }

        Softmax.Forward(none.Operand, none.Operand);
        Softmax.LogBackward(empty.Operand, empty.Operand, empty.Operand);
        Refused("[0, 3]", () => Softmax.Forward(a.Operand, none.Operand));
        Refused("contiguous", () => Softmax.Forward(a.Operand, turned.Operand));
        Refused("Float64", () => Softmax.Backward(a.Operand, a.Operand, b.Operand));
        Refused("Int32", () => Softmax.LogForward(whole.Operand, whole.Operand));
    }

    private static void Refused(string mention, Action call) =>
        Assert.Contains(mention, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

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

    private static void Run(bool log, Sample x, Sample dy, Sample y, Sample dx)
    {
        if (log)
        {
            Softmax.LogForward(y.Operand, x.Operand);
            Softmax.LogBackward(dx.Operand, y.Operand, dy.Operand);
        }
        else
        {
            Softmax.Forward(y.Operand, x.Operand);
            Softmax.Backward(dx.Operand, y.Operand, dy.Operand);
        }
    }

    private static void Check(Device device, DType dtype, int rows, int columns, bool log, double scale)
    {
        int[] dims = [rows, columns];
        using Sample x = Sample.Of(device, dtype, dims, i => scale * Numbers.Noise(i, columns));
        using Sample dy = Sample.Of(device, dtype, dims, i => Numbers.Noise(i, columns + 1));
        using Sample y = Sample.Filled(device, dtype, dims, 0);
        using Sample dx = Sample.Filled(device, dtype, dims, 0);
        Run(log, x, dy, y, dx);
        double[] logits = x.Read();
        double[] upstream = dy.Read();
        double[] values = new double[logits.Length];
        double[] gradients = new double[logits.Length];
        double largest = log ? 1 : 0;
        for (int start = 0; start < logits.Length; start += columns)
        {
            double[] row = logits[start..(start + columns)];
            double max = row.Max();
            double logSum = max + Math.Log(Numbers.Sum(row.Select(v => Math.Exp(v - max))));
            double[] p = [.. row.Select(v => Math.Exp(v - logSum))];
            largest = Math.Max(largest, p.Max());
            double sum = Numbers.Sum(p.Select((v, i) => upstream[start + i] * (log ? 1 : v)));
            for (int i = 0; i < columns; i++)
            {
                values[start + i] = log ? row[i] - logSum : p[i];
                gradients[start + i] = log ? upstream[start + i] - (p[i] * sum) : p[i] * (upstream[start + i] - sum);
            }
        }

        double unit = dtype == DType.Float32 ? 1e-6 : 2e-15;
        string what = $"{(log ? "log-softmax" : "softmax")} {device} {dtype} [{rows}, {columns}]";
        Numbers.AssertClose(values, y.Read(), unit * (1 + (scale / 10)), unit * (log ? scale : 0.01), what);

        // p (dy - s) is as exact as dy - s, times p: in long rows that is little.
        Numbers.AssertClose(gradients, dx.Read(), unit * (1 + (scale / 10)), unit * 2 * largest, what + " gradient");
    }
}

using DeepSharp.Testing;

namespace DeepSharp.Kernels.Tests;

public class GatherTests
{
    public static TheoryData<string> GatherGoldens => Names("gather");

    public static TheoryData<string> SelectGoldens => Names("index_select");

    public static TheoryData<string> ScatterGoldens => Names("scatter_add");

    private static Device[] Devices => [Device.Cpu, TestDevice.Gpu];

    [Theory]
    [MemberData(nameof(GatherGoldens))]
    public void Elements_along_an_axis_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("operators")[name];
        int axis = golden.Options.Integer("dim");
        foreach (Device device in Devices)
        {
            using Sample input = Of(device, golden.Inputs["input"]);
            using Sample index = Of(device, golden.Inputs["index"]);
            using Sample output = Sample.Filled(device, input.Operand.DType, index.Operand.Dims, 0);
            Gather.Along(output.Operand, input.Operand, index.Operand, axis);
            Assert.Equal(golden.Outputs["output"].ToDoubles(), output.Read());

            using Sample upstream = Of(device, golden.OutputGradients["output"]);
            using Sample gradient = Sample.Filled(device, input.Operand.DType, input.Operand.Dims, 0);
            ScatterAdd.Along(gradient.Operand, upstream.Operand, index.Operand, axis);
            golden.Gradients["input"].AssertClose(gradient.Read(), 1e-6, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(SelectGoldens))]
    public void Slices_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("operators")[name];
        int axis = golden.Options.Integer("dim");
        foreach (Device device in Devices)
        {
            using Sample input = Of(device, golden.Inputs["input"]);
            using Sample index = Of(device, golden.Inputs["index"]);
            using Sample output = Sample.Filled(device, input.Operand.DType, [.. golden.Outputs["output"].Shape], 0);
            Gather.Rows(output.Operand, input.Operand, index.Operand, axis);
            Assert.Equal(golden.Outputs["output"].ToDoubles(), output.Read());

            using Sample upstream = Of(device, golden.OutputGradients["output"]);
            using Sample gradient = Sample.Filled(device, input.Operand.DType, input.Operand.Dims, 0);
            ScatterAdd.Rows(gradient.Operand, upstream.Operand, index.Operand, axis);
            golden.Gradients["input"].AssertClose(gradient.Read(), 1e-6, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(ScatterGoldens))]
    public void Sums_along_an_axis_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("operators")[name];
        foreach (Device device in Devices)
        {
            using Sample target = Of(device, golden.Inputs["input"]);
            using Sample index = Of(device, golden.Inputs["index"]);
            using Sample source = Of(device, golden.Inputs["src"]);
            ScatterAdd.Along(target.Operand, source.Operand, index.Operand, golden.Options.Integer("dim"));
            golden.Outputs["output"].AssertClose(target.Read(), 1e-6, 1e-6);
        }
    }

    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 257), 1023, 4099];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Rows_of_a_length_go_there_and_back(int length)
    {
        // As many columns, indices and rows to choose from.
        CheckRows(Device.Cpu, DType.Float32, DType.Int32, [11, length], [13], 0);
        CheckRows(Device.Cpu, DType.Float32, DType.Int64, [7, 3], [length], 0);
        if (length > 0)
        {
            CheckRows(Device.Cpu, DType.Float64, DType.Int64, [3, length, 2], [7], 1);
        }
    }

    [Fact]
    public void Rows_of_every_shape_and_type_go_there_and_back()
    {
        CheckRows(Device.Cpu, DType.Int32, DType.Int32, [5, 9], [2, 3], 0);
        CheckRows(Device.Cpu, DType.Int64, DType.Int64, [5, 9], [2, 3], 1);
        CheckRows(Device.Cpu, DType.Float32, DType.Int64, [2, 3, 4, 5], [2, 1, 3], 2);
        CheckRows(Device.Cpu, DType.Float32, DType.Int64, [50], [], 0);
        CheckRows(Device.Cpu, DType.Float32, DType.Int64, [1000, 100], [3001], 0);
        CheckRows(Device.Cpu, DType.Float32, DType.Int32, [30, 17], [5003], 0);
        CheckRows(Device.Cpu, DType.Float32, DType.Int32, [300, 7, 19], [5], 1);
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64])
        {
            CheckRows(TestDevice.Gpu, dtype, DType.Int32, [5, 9], [2, 3], 0);
            CheckRows(TestDevice.Gpu, dtype, DType.Int64, [2, 5, 3], [4], 1);
        }
    }

    [Fact]
    public void Bytes_and_truth_values_are_gathered_too()
    {
        foreach (Device device in Devices)
        {
            foreach (DType dtype in (DType[])[DType.UInt8, DType.Bool])
            {
                using Sample table = Sample.Of(device, dtype, [3, 2], i => i % 2);
                using Sample index = Sample.Of(device, DType.Int64, [2], i => 2 - i);
                using Sample rows = Sample.Filled(device, dtype, [2, 2], 0);
                Gather.Rows(rows.Operand, table.Operand, index.Operand);
                Assert.Equal([0, 1, 0, 1], rows.Read());
                using Sample columns = Sample.Of(device, DType.Int32, [1, 2], _ => 1);
                using Sample along = Sample.Filled(device, dtype, [1, 2], 0);
                Gather.Along(along.Operand, table.Operand, columns.Operand, 1);
                Assert.Equal([1, 1], along.Read());
            }
        }
    }

    [Fact]
    public void Elements_along_axes_agree_whatever_the_strides()
    {
        Layout[] layouts = [Layout.Contiguous, Layout.Transposed, Layout.Gapped];
        foreach (Device device in Devices)
        {
            foreach (Layout layout in layouts)
            {
                for (int axis = 0; axis < 3; axis++)
                {
                    CheckAlong(device, [3, 4, 5], [2, 3, 4], axis, layout);
                    CheckAlong(device, [3, 4, 5], [3, 4, 5], axis, layout);
                }

                CheckAlong(device, [7], [9], 0, layout);
            }
        }

        CheckAlong(Device.Cpu, [300, 129], [301, 129], 0, Layout.Contiguous);
        CheckAlong(Device.Cpu, [300, 129], [300, 131], 1, Layout.Contiguous);
        CheckAlong(Device.Cpu, [67], [40001], 0, Layout.Contiguous);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Elements_of_a_length_agree(int length)
    {
        CheckAlong(Device.Cpu, [7], [length], 0, Layout.Contiguous);
        CheckAlong(Device.Cpu, [3, length], [5, length], 0, Layout.Contiguous);
        CheckAlong(Device.Cpu, [3, 5], [3, length], 1, Layout.Contiguous);
    }

    [Fact]
    public void NaN_and_infinities_stay_where_they_are()
    {
        foreach (Device device in Devices)
        {
            using Sample table = Sample.Of(device, DType.Float32, [3, 1], i => i == 1 ? double.NaN : double.NegativeInfinity);
            using Sample index = Sample.Of(device, DType.Int32, [2], i => i);
            using Sample rows = Sample.Filled(device, DType.Float32, [2, 1], 0);
            Gather.Rows(rows.Operand, table.Operand, index.Operand);
            Assert.Equal([double.NegativeInfinity, double.NaN], rows.Read());
            using Sample sum = Sample.Filled(device, DType.Float32, [3, 1], 1);
            ScatterAdd.Rows(sum.Operand, rows.Operand, index.Operand);
            Assert.Equal([double.NegativeInfinity, double.NaN, 1], sum.Read());
        }
    }

    [Fact]
    public void An_index_out_of_range_is_named_on_the_host_and_points_at_nothing_elsewhere()
    {
        using Sample table = Sample.Of(Device.Cpu, DType.Float32, [4, 2], i => i);
        using Sample index = Sample.Of(Device.Cpu, DType.Int64, [2, 2], i => i == 2 ? 4 : 0);
        using Sample negative = Sample.Of(Device.Cpu, DType.Int32, [1, 2], i => -i);
        using Sample rows = Sample.Filled(Device.Cpu, DType.Float32, [2, 2, 2], 9);
        using Sample along = Sample.Filled(Device.Cpu, DType.Float32, [1, 2], 9);
        Refused("the index 4 at position [1, 0] is outside 0 … 3 along axis 0", () => Gather.Rows(rows.Operand, table.Operand, index.Operand));
        Refused("the index -1 at position [0, 1]", () => Gather.Along(along.Operand, table.Operand, negative.Operand, 1));
        Refused("index 4", () => ScatterAdd.Rows(table.Operand, rows.Operand, index.Operand));
        Refused("index -1", () => ScatterAdd.Along(table.Operand, along.Operand, negative.Operand, 0));
        Assert.All(rows.Read(), static value => Assert.Equal(9, value));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], table.Read());

        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32])
        {
            double missing = dtype.IsFloatingPoint ? double.NaN : 0;
            using Sample there = Sample.Of(TestDevice.Gpu, dtype, [3, 1], i => i + 1);
            using Sample bad = Sample.Of(TestDevice.Gpu, DType.Int64, [3, 1], i => i == 0 ? -1 : i == 1 ? 3 : 2);
            using Sample output = Sample.Filled(TestDevice.Gpu, dtype, [3, 1], 9);
            using Sample flat = Sample.Filled(TestDevice.Gpu, dtype, [3, 1, 1], 9);
            Gather.Along(output.Operand, there.Operand, bad.Operand, 0);
            Gather.Rows(flat.Operand, there.Operand, bad.Operand);
            Assert.Equal([missing, missing, 3], output.Read());
            Assert.Equal([missing, missing, 3], flat.Read());
            using Sample source = Sample.Filled(TestDevice.Gpu, dtype, [3, 1], 10);
            using Sample slices = Sample.Filled(TestDevice.Gpu, dtype, [3, 1, 1], 10);
            ScatterAdd.Along(there.Operand, source.Operand, bad.Operand, 0);
            ScatterAdd.Rows(there.Operand, slices.Operand, bad.Operand);
            Assert.Equal([1, 2, 23], there.Read());
        }
    }

    [Fact]
    public void Sums_on_the_host_are_taken_in_the_order_of_the_indices()
    {
        // One row takes everything, so that each other order would round otherwise.
        int[] dims = [20_000, 48];
        using Sample source = Sample.Of(Device.Cpu, DType.Float32, dims, i => Numbers.Noise(i) * Math.Pow(2, i % 20));
        using Sample index = Sample.Of(Device.Cpu, DType.Int32, [20_000], _ => 1);
        using Sample wide = Sample.Of(Device.Cpu, DType.Int32, dims, _ => 1);
        using Sample target = Sample.Filled(Device.Cpu, DType.Float32, [3, 48], 0);
        using Sample along = Sample.Filled(Device.Cpu, DType.Float32, [3, 48], 0);
        ScatterAdd.Rows(target.Operand, source.Operand, index.Operand);
        ScatterAdd.Along(along.Operand, source.Operand, wide.Operand, 0);
        double[] values = source.Read();
        double[] sums = target.Read();
        for (int c = 0; c < 48; c++)
        {
            float expected = 0;
            for (int r = 0; r < 20_000; r++)
            {
                expected += (float)values[(r * 48) + c];
            }

            Assert.Equal(expected, sums[48 + c]);
        }

        Assert.Equal(sums, along.Read());
    }

    [Fact]
    public void Nothing_is_done_with_nothing()
    {
        using Sample table = Sample.Filled(Device.Cpu, DType.Float32, [4, 3], 1);
        using Sample empty = Sample.Filled(Device.Cpu, DType.Float32, [0, 3], 1);
        using Sample noIndex = Sample.Filled(Device.Cpu, DType.Int64, [0], 0);
        using Sample index = Sample.Filled(Device.Cpu, DType.Int64, [2], 0);
        using Sample rows = Sample.Filled(Device.Cpu, DType.Float32, [2, 3], 7);
        Gather.Rows(empty.Operand, table.Operand, noIndex.Operand);
        ScatterAdd.Rows(table.Operand, empty.Operand, noIndex.Operand);
        Refused("an empty axis", () => Gather.Rows(rows.Operand, empty.Operand, index.Operand));
        Assert.All(rows.Read(), static value => Assert.Equal(7, value));
    }

    private static TheoryData<string> Names(string kind) =>
        [.. Golden.Load("operators").Cases.Where(c => c.Kind == kind).Select(static c => c.Name)];

    private static Sample Of(Device device, GoldenArray array)
    {
        DType dtype = array.DType switch { "float32" => DType.Float32, "float64" => DType.Float64, _ => DType.Int64 };
        double[] values = dtype == DType.Int64 ? [.. array.ToIntegers()] : array.ToDoubles();
        return Sample.Of(device, dtype, [.. array.Shape], i => values[i]);
    }

    private static void Refused(string mention, Action call) =>
        Assert.Contains(mention, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static double Value(int i, DType dtype) => dtype.IsFloatingPoint ? Numbers.Noise(i, 1) : i;

    private static int Index(int i, int length) => (int)((Numbers.Noise(i, length) + 1) / 2 * length);

    private static void CheckRows(Device device, DType dtype, DType indexType, int[] dims, int[] indexDims, int axis)
    {
        int outer = dims[..axis].Aggregate(1, static (a, b) => a * b);
        int inner = dims[(axis + 1)..].Aggregate(1, static (a, b) => a * b);
        int length = dims[axis];
        int[] outDims = [.. dims[..axis], .. indexDims, .. dims[(axis + 1)..]];
        using Sample table = Sample.Of(device, dtype, dims, i => Value(i, dtype));
        using Sample index = Sample.Of(device, indexType, indexDims, i => Index(i, length));
        using Sample output = Sample.Filled(device, dtype, outDims, 0);
        Gather.Rows(output.Operand, table.Operand, index.Operand, axis);
        int count = index.Count;
        double[] values = table.Read();
        double[] expected = new double[output.Count];
        double[] sums = [.. values];
        for (int i = 0; i < expected.Length; i++)
        {
            int row = i / inner;
            int place = (((row / count * length) + Index(row % count, length)) * inner) + (i % inner);
            expected[i] = values[place];
            sums[place] += expected[i];
        }

        string what = $"{device} {dtype} [{string.Join(", ", dims)}] by [{string.Join(", ", indexDims)}] along {axis}";
        Assert.Equal(expected, output.Read());
        ScatterAdd.Rows(table.Operand, output.Operand, index.Operand, axis);
        double unit = dtype == DType.Float32 ? 1e-6 * Math.Max(1, count / length) : 1e-12;
        Numbers.AssertClose(sums, table.Read(), unit, unit, what);
    }

    private static void CheckAlong(Device device, int[] dims, int[] indexDims, int axis, Layout layout)
    {
        for (int a = 0; a < dims.Length; a++)
        {
            Assert.True(a == axis || indexDims[a] <= dims[a]);
        }

        int length = dims[axis];
        using Sample table = Sample.Of(device, DType.Float64, dims, i => Value(i, DType.Float64), layout);
        using Sample index = Sample.Of(device, DType.Int64, indexDims, i => Index(i, length), layout);
        using Sample output = Sample.Filled(device, DType.Float64, indexDims, 0, layout);
        Gather.Along(output.Operand, table.Operand, index.Operand, axis);
        double[] values = table.Read();
        double[] expected = new double[output.Count];
        double[] sums = [.. values];
        for (int i = 0; i < expected.Length; i++)
        {
            int rest = i;
            int place = 0;
            int stride = 1;
            for (int a = dims.Length - 1; a >= 0; a--)
            {
                place += stride * (a == axis ? Index(i, length) : rest % indexDims[a]);
                rest /= indexDims[a];
                stride *= dims[a];
            }

            expected[i] = values[place];
            sums[place] += expected[i];
        }

        Assert.Equal(expected, output.Read());
        ScatterAdd.Along(table.Operand, output.Operand, index.Operand, axis);
        Numbers.AssertClose(sums, table.Read(), 1e-11, 1e-11, $"{device} {layout} [{string.Join(", ", dims)}] along {axis}");
    }

    private static class Gather
    {
        internal static void Rows(in Operand output, in Operand table, in Operand indices, int axis = 0) =>
            Indexing.Gather(output, table, indices, axis, slices: true, nameof(Gather));

        internal static void Along(in Operand output, in Operand table, in Operand indices, int axis) =>
            Indexing.Gather(output, table, indices, axis, slices: false, nameof(Gather));
    }

    private static class ScatterAdd
    {
        internal static void Rows(in Operand target, in Operand source, in Operand indices, int axis = 0) =>
            Indexing.ScatterAdd(target, source, indices, axis, slices: true, nameof(ScatterAdd));

        internal static void Along(in Operand target, in Operand source, in Operand indices, int axis) =>
            Indexing.ScatterAdd(target, source, indices, axis, slices: false, nameof(ScatterAdd));
    }
}

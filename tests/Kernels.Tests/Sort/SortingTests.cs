namespace DeepSharp.Kernels.Tests.Sort;

/// <summary>Order against LINQ's stable sort.</summary>
public class SortingTests
{
    private static readonly DType[] s_types = [DType.Float32, DType.Float64, DType.Int32, DType.Int64];

    [Fact]
    public void Every_length_agrees_with_a_stable_sort()
    {
        foreach (int length in (int[])[.. Enumerable.Range(1, 256), 1023, 4099])
        {
            DType dtype = s_types[length % 4];
            Check(Device.Cpu, dtype, [length], 0, length % 2 == 0, Layout.Contiguous);
            Check(Device.Cpu, DType.Float32, [2, length], 1, length % 2 == 1, Layout.Gapped);
            Check(Device.Cpu, DType.Float64, [length, 3], 0, length % 3 == 1, Layout.Transposed);
        }
    }

    [Fact]
    public void Every_axis_of_strided_and_empty_operands_agrees_with_a_stable_sort()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in s_types)
            {
                foreach (int[] dims in (int[][])[[3, 5, 7], [2, 33], [0, 4], [4, 0, 3], [1, 1], [2, 1, 3, 2, 1, 2]])
                {
                    for (int axis = 0; axis < dims.Length; axis++)
                    {
                        Check(device, dtype, dims, axis, descending: axis % 2 == 0, (Layout)(axis % 3));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NaN_is_above_all_numbers_and_zeros_are_equal(bool descending)
    {
        double[] values =
            [0, double.NaN, -0.0, double.PositiveInfinity, -1e-300, double.NegativeInfinity, 0, double.NaN, -0.0, 1e-300, -double.MaxValue, -double.NaN];
        int[] ascending = [5, 10, 4, 0, 2, 6, 8, 9, 3, 1, 7, 11];
        int[] falling = [1, 7, 11, 3, 9, 0, 2, 6, 8, 4, 10, 5];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Of(device, DType.Float64, [values.Length], i => values[i]);
            using Sample places = Sample.Filled(device, DType.Int64, [values.Length], 99);
            Sorting.ArgSort(places.Operand, x.Operand, 0, descending);
            Assert.Equal((descending ? falling : ascending).Select(static place => (double)place), places.Read());
        }
    }

    [Fact]
    public void The_largest_integers_are_told_apart()
    {
        long[] values = [long.MaxValue, long.MinValue, -1, long.MaxValue - 1, 0, (1L << 53) + 1, 1L << 53, long.MinValue + 1];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample x = Sample.Filled(device, DType.Int64, [8], 0);
            x.Operand.Block.Upload<long>(values, 0);
            using Sample places = Sample.Filled(device, DType.Int64, [8], 99);
            Sorting.ArgSort(places.Operand, x.Operand, 0, descending: false);
            Assert.Equal([1.0, 7, 2, 4, 6, 5, 3, 0], places.Read());
        }
    }

    // Small whole numbers, so that there are ties, and others between.
    private static void Check(Device device, DType dtype, int[] dims, int axis, bool descending, Layout layout)
    {
        using Sample x = Sample.Of(device, dtype, dims, i => i % 3 == 0 || !dtype.IsFloatingPoint ? Math.Round(3 * Numbers.Noise(i, 5)) : 3 * Numbers.Noise(i, 6), layout);
        using Sample places = Sample.Filled(device, DType.Int64, dims, 99);
        Sorting.ArgSort(places.Operand, x.Operand, axis, descending);
        double[] values = x.Read();
        double[] expected = new double[values.Length];
        int step = dims[(axis + 1)..].Aggregate(1, static (product, dim) => product * dim);
        for (int line = 0; dims[axis] > 0 && line < values.Length / dims[axis]; line++)
        {
            int start = (line / step * step * dims[axis]) + (line % step);
            IEnumerable<int> all = Enumerable.Range(0, dims[axis]);
            int[] order = [.. descending ? all.OrderByDescending(i => values[start + (i * step)]) : all.OrderBy(i => values[start + (i * step)])];
            for (int i = 0; i < order.Length; i++)
            {
                expected[start + (i * step)] = order[i];
            }
        }

        Numbers.AssertClose(expected, places.Read(), 0, 0, $"{dtype} {device} [{string.Join(", ", dims)}] axis {axis} {descending} {layout}");
    }
}

namespace DeepSharp.Kernels.Tests;

public class CorrectPredictionsTests
{
    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void Rows_with_the_largest_score_at_the_label_are_counted(string where)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample counts = Sample.Filled(device, DType.Int64, [2], 0);
        double correct = 0;
        double counted = 0;
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            foreach (DType labelType in (DType[])[DType.UInt8, DType.Int32, DType.Int64])
            {
                foreach (int columns in (int[])[1, 3, 8, 10, 37])
                {
                    // Few different scores, so that there are ties.
                    using Sample scores = Sample.Of(device, dtype, [40, columns], i => Math.Round(4 * Numbers.Noise(i)));
                    double[] x = scores.Read();
                    int[] best = [.. Enumerable.Range(0, 40).Select(row => Largest(x[(row * columns)..((row + 1) * columns)]))];
                    using Sample labels = Sample.Of(device, labelType, [40], i => i % 3 == 0 ? i % columns : best[i]);
                    CorrectPredictions.Add(counts.Operand, scores.Operand, labels.Operand, 2);
                    double[] t = labels.Read();
                    counted += t.Count(label => label != 2);
                    correct += Enumerable.Range(0, 40).Count(i => t[i] != 2 && t[i] == best[i]);
                    Assert.Equal([correct, counted], counts.Read());
                }
            }
        }

        Assert.InRange(correct, 0.5 * counted, 0.99 * counted);
    }

    public static TheoryData<int> Lengths => [0, .. RowLengths.All];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_number_of_rows_and_of_classes_is_counted(int length)
    {
        foreach ((int rows, int columns) in ((int, int)[])[(length, 3), (5, Math.Max(1, length))])
        {
            using Sample counts = Sample.Filled(Device.Cpu, DType.Int64, [2], 0);
            using Sample scores = Sample.Of(Device.Cpu, DType.Float32, [rows, columns], i => Numbers.Noise(i, length));
            using Sample labels = Sample.Of(Device.Cpu, DType.Int32, [rows], i => i % columns);
            double[] x = scores.Read();
            CorrectPredictions.Add(counts.Operand, scores.Operand, labels.Operand);
            int correct = Enumerable.Range(0, rows).Count(row => Largest(x[(row * columns)..((row + 1) * columns)]) == row % columns);
            Assert.Equal([correct, rows], counts.Read());
        }
    }

    [Fact]
    public void NaN_is_the_largest_score_and_labels_out_of_range_are_never_hit()
    {
        double nan = double.NaN;
        double[][] rows =
        [
            [1, nan, 9, nan], [1, nan, 9, nan], [0, 0, 0, 0], [double.NegativeInfinity, -5, -6, -7], [1, 2, 3, 4], [1, 2, 3, 4],
        ];
        double[] target = [1, 2, 0, 1, 4, -1];
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Sample counts = Sample.Of(device, DType.Int64, [2], i => 10 * (i + 1));
            using Sample scores = Sample.Of(device, DType.Float32, [6, 4], i => rows[i / 4][i % 4]);
            using Sample labels = Sample.Of(device, DType.Int32, [6], i => target[i]);
            CorrectPredictions.Add(counts.Operand, scores.Operand, labels.Operand);
            Assert.Equal([13, 26], counts.Read());
        }
    }

    private static int Largest(double[] row) => Array.IndexOf(row, row.Max());
}

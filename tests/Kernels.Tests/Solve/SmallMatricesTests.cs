namespace DeepSharp.Kernels.Tests.Solve;

/// <summary>Small linear systems: what is solved, put in again, gives the right side.</summary>
public class SmallMatricesTests
{
    [Fact]
    public void Solutions_satisfy_their_equations_for_every_size()
    {
        for (int n = 1; n <= 40; n++)
        {
            Check(Device.Cpu, DType.Float64, 3, n, 1 + (n % 4), 1e-11);
            Check(Device.Cpu, DType.Float32, 2, n, 2, 2e-3);
        }

        Check(Device.Cpu, DType.Float64, 1, 150, 3, 1e-9);
        Check(Device.Cpu, DType.Float64, 500, 4, 2, 1e-9);
        foreach (int n in (int[])[1, 2, 5, 8])
        {
            Check(TestDevice.Gpu, DType.Float64, 3, n, 2, 1e-11);
            Check(TestDevice.Gpu, DType.Float32, 3, n, 2, 2e-3);
        }
    }

    [Fact]
    public void Triangles_read_nothing_of_the_other_triangle()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (bool upper in (bool[])[false, true])
            {
                foreach (bool unit in (bool[])[false, true])
                {
                    const int Size = 6;
                    double Element(int row, int column) => row == column ? unit ? 1 : 2 + row
                        : row < column == upper ? Numbers.Noise((row * Size) + column, 3) : 0;
                    using Sample a = Sample.Of(
                        device, DType.Float64, [1, Size, Size],
                        i => (i / Size) == (i % Size) && unit ? double.NaN : (i / Size) == (i % Size) || (i / Size < i % Size) == upper ? Element(i / Size, i % Size) : double.NaN);
                    using Sample b = Sample.Of(device, DType.Float64, [1, Size, 2], i => Numbers.Noise(i, 4));
                    double[] right = b.Read();
                    SmallMatrices.SolveTriangle(a.Operand, b.Operand, upper, unit);
                    double[] x = b.Read();
                    for (int row = 0; row < Size; row++)
                    {
                        for (int column = 0; column < 2; column++)
                        {
                            double sum = Enumerable.Range(0, Size).Sum(k => Element(row, k) * x[(k * 2) + column]);
                            Assert.Equal(right[(row * 2) + column], sum, 1e-13);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Cholesky_factors_multiply_to_the_matrix()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (int n in (int[])[1, 2, 3, 7, 12])
            {
                double[] root = [.. Enumerable.Range(0, n * n).Select(static i => Numbers.Noise(i, 5))];
                double Element(int row, int column) => (row == column ? 1 : 0) + Enumerable.Range(0, n).Sum(k => root[(row * n) + k] * root[(column * n) + k]);
                using Sample a = Sample.Of(device, DType.Float64, [1, n, n], i => Element(i / n, i % n));
                SmallMatrices.Cholesky(a.Operand);
                double[] factor = a.Read();
                for (int row = 0; row < n; row++)
                {
                    for (int column = 0; column < n; column++)
                    {
                        Assert.Equal(Element(row, column), Enumerable.Range(0, n).Sum(k => factor[(row * n) + k] * factor[(column * n) + k]), 1e-13);
                        Assert.True(column <= row || factor[(row * n) + column] == 0);
                    }
                }
            }
        }
    }

    [Fact]
    public void The_CPU_names_the_matrix_that_cannot_be_solved()
    {
        using Sample a = Sample.Of(Device.Cpu, DType.Float64, [3, 2, 2], static i => i < 4 || i >= 8 ? 1 + (i % 3) : i % 2 == 0 ? 1 : 2);
        using Sample b = Sample.Filled(Device.Cpu, DType.Float64, [3, 2, 1], 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => SmallMatrices.Solve(a.Operand, b.Operand));
        Assert.Contains("matrix 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("singular", error.Message, StringComparison.Ordinal);
        using Sample negative = Sample.Filled(Device.Cpu, DType.Float64, [1, 1, 1], -1);
        Assert.Contains(
            "positive definite", Assert.Throws<ArgumentException>(() => SmallMatrices.Cholesky(negative.Operand)).Message, StringComparison.Ordinal);
    }

    private static void Check(Device device, DType dtype, int batch, int n, int columns, double tolerance)
    {
        // Some zeros on the diagonal, so that rows are exchanged.
        using Sample a = Sample.Of(device, dtype, [batch, n, n], i => n > 1 && i % (n + 1) == 0 && i % 2 == 0 ? 0 : Numbers.Noise(i, 3) + (n == 1 ? 2 : 0));
        using Sample b = Sample.Of(device, dtype, [batch, n, columns], static i => Numbers.Noise(i, 4));
        double[] matrix = a.Read();
        double[] right = b.Read();
        SmallMatrices.Solve(a.Operand, b.Operand);
        double[] x = b.Read();
        for (int i = 0; i < right.Length; i++)
        {
            int of = i / (n * columns);
            int row = i / columns % n;
            int column = i % columns;
            double sum = 0;
            double size = 1;
            for (int k = 0; k < n; k++)
            {
                double term = matrix[(((of * n) + row) * n) + k] * x[(((of * n) + k) * columns) + column];
                sum += term;
                size += Math.Abs(term);
            }

            Assert.True(Math.Abs(right[i] - sum) <= tolerance * size, $"{device} {dtype} n {n}: element {i} is {sum}, not {right[i]}");
        }
    }
}

namespace DeepSharp.Kernels.Tests.Products;

/// <summary>Products by a library that stores matrices column by column, against a triple loop; needs no GPU and no library.</summary>
public sealed class BlasTests
{
    private static readonly ColumnMajor s_blas = new();
    private static readonly Device s_device = Device.EmulatedWith(s_blas);

    // Rows and columns side by side, with gaps, transposed; and every axis of one element.
    [Fact]
    public void Strides_become_transpositions_and_leading_dimensions()
    {
        int calls = 0;
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(2, 3, 4), (1, 3, 4), (2, 1, 4), (2, 3, 1), (1, 1, 1), (5, 5, 5)])
        {
            foreach ((int rowA, int columnA) in Strides(m, k))
            {
                foreach ((int rowB, int columnB) in Strides(k, n))
                {
                    foreach (int rowC in (ReadOnlySpan<int>)[n, n + 2])
                    {
                        BlasCall call = Assert.NotNull(BlasCall.Of(m, n, k, rowA, columnA, rowB, columnB, rowC));
                        double[] a = Matrix(m, k, rowA, columnA, 1);
                        double[] b = Matrix(k, n, rowB, columnB, 2);
                        double[] c = Matrix(m, n, rowC, 1, 3);
                        double[] before = [.. c];
                        ColumnMajor.Run(call, 2, b, a, 0.5, c);
                        for (int i = 0; i < m; i++)
                        {
                            for (int j = 0; j < n; j++)
                            {
                                double sum = 0;
                                for (int p = 0; p < k; p++)
                                {
                                    sum += a[(i * rowA) + (p * columnA)] * b[(p * rowB) + (j * columnB)];
                                }

                                Assert.Equal((2 * sum) + (0.5 * before[(i * rowC) + j]), c[(i * rowC) + j], 1e-12);
                            }
                        }

                        calls++;
                    }
                }
            }
        }

        Assert.Equal(6 * 4 * 4 * 2, calls);
    }

    [Theory]
    [InlineData(8, 2, 3, 1, 3, "columns of A two apart")]
    [InlineData(0, 1, 3, 1, 3, "one row of A repeated")]
    [InlineData(1, 0, 3, 1, 3, "one column of A repeated")]
    [InlineData(3, 1, 3, 1, 3, "rows of A that overlap")]
    [InlineData(-4, 1, 3, 1, 3, "rows of A backwards")]
    [InlineData(4, 1, 6, 2, 3, "columns of B two apart")]
    [InlineData(4, 1, 2, 1, 3, "rows of B that overlap")]
    [InlineData(4, 1, 3, 1, 2, "rows of C that overlap")]
    public void Strides_that_BLAS_does_not_know(int rowA, int columnA, int rowB, int columnB, int rowC, string what) =>
        Assert.True(BlasCall.Of(2, 3, 4, rowA, columnA, rowB, columnB, rowC) is null, what);

    [Theory]
    [InlineData(Layout.Contiguous, Layout.Contiguous, 1)]
    [InlineData(Layout.Transposed, Layout.Contiguous, 1)]
    [InlineData(Layout.Contiguous, Layout.Transposed, 1)]
    [InlineData(Layout.Transposed, Layout.Transposed, 1)]
    [InlineData(Layout.Gapped, Layout.Contiguous, 0)]
    public void Large_products_go_to_the_library(Layout layoutA, Layout layoutB, int calls)
    {
        Check(DType.Float32, null, 8, 18, 9, layoutA, layoutB, default(IdentityOp), x => x, 1, 0, false, calls);
        Check(DType.Float64, null, 8, 18, 9, layoutA, layoutB, default(ReLUOp), x => Math.Max(x, 0), -0.5, 0.25, true, calls);
    }

    [Fact]
    public void Bias_and_activation_follow()
    {
        Check(DType.Float32, null, 10, 8, 9, Layout.Contiguous, Layout.Transposed, default(TanhOp), Math.Tanh, 0.1, 1, true, 1);
        Check(DType.Float32, null, 10, 8, 9, Layout.Contiguous, Layout.Transposed, default(IdentityOp), x => x, 1, 0, true, 1);
        Check(DType.Float32, null, 10, 8, 9, Layout.Contiguous, Layout.Transposed, default(ReLUOp), x => Math.Max(x, 0), 1, 0, false, 1);
    }

    [Fact]
    public void A_batch_of_large_matrices_is_a_call_for_each()
    {
        Check(DType.Float32, 3, 8, 8, 9, Layout.Contiguous, Layout.Contiguous, default(ReLUOp), x => Math.Max(x, 0), 1, 0, true, 3);
    }

    [Fact]
    public void Small_products_stay_with_the_kernel()
    {
        Check(DType.Float32, null, 7, 9, 7, Layout.Contiguous, Layout.Contiguous, default(IdentityOp), x => x, 1, 0, true, 0);
        Check(DType.Float32, 5, 6, 9, 8, Layout.Contiguous, Layout.Contiguous, default(IdentityOp), x => x, 1, 0, false, 0);
    }

    [Fact]
    public void The_device_says_what_it_uses()
    {
        Assert.Equal("column by column", s_device.MatrixProducts);
        Assert.Equal("12.3.4", GpuBlas.CuBlasVersion(120304));
        Assert.Equal("11.11.3", GpuBlas.CuBlasVersion(111103));
        Assert.Equal("10.2.2", GpuBlas.CuBlasVersion(10202));
    }

    [Fact]
    public void A_device_without_CUDA_has_no_cuBLAS() => Assert.Null(CuBlasProducts.TryCreate(Device.Emulated.Backend!.Accelerator));

    private static (int Row, int Column)[] Strides(int rows, int columns) =>
        [(columns, 1), (columns + 3, 1), (1, rows), (1, rows + 2)];

    private static double[] Matrix(int rows, int columns, int row, int column, int seed)
    {
        double[] values = new double[((rows - 1) * row) + ((columns - 1) * column) + 1];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Numbers.Noise(i, seed);
        }

        return values;
    }

    private static void Check<TAct>(
        DType dtype, int? batch, int m, int n, int k, Layout layoutA, Layout layoutB, TAct activation, Func<double, double> function,
        double alpha, double beta, bool hasBias, int calls)
        where TAct : unmanaged, IUnaryOp
    {
        int count = batch ?? 1;
        int[] Dims(int rows, int columns) => batch is { } b ? [b, rows, columns] : [rows, columns];
        using Sample a = Sample.Of(s_device, dtype, Dims(m, k), i => Numbers.Noise(i, 1), layoutA);
        using Sample b = Sample.Of(s_device, dtype, Dims(k, n), i => Numbers.Noise(i, 2), layoutB);
        using Sample c = Sample.Of(s_device, dtype, Dims(m, n), i => beta == 0 ? double.NaN : Numbers.Noise(i, 3));
        using Sample bias = Sample.Of(s_device, dtype, [n], i => Numbers.Noise(i, 4));
        double[] expected = new double[count * m * n];
        for (int i = 0; i < expected.Length; i++)
        {
            double sum = 0;
            for (int p = 0; p < k; p++)
            {
                sum += Numbers.Noise((i / n * k) + p, 1) * Numbers.Noise((((i / n / m * k) + p) * n) + (i % n), 2);
            }

            double before = beta == 0 ? 0 : beta * Numbers.Noise(i, 3);
            expected[i] = function((alpha * sum) + before + (hasBias ? Numbers.Noise(i % n, 4) : 0));
        }

        s_blas.Calls.Clear();
        Gemm.Run(activation, c.Operand, a.Operand, b.Operand, hasBias ? bias.Operand : null, alpha, beta);
        Assert.Equal(calls, s_blas.Calls.Count);
        Numbers.AssertClose(expected, c.Read(), 0, dtype == DType.Float32 ? 5e-6 : 1e-14, $"{dtype} {m}x{n}x{k} {layoutA} {layoutB}");
    }
}

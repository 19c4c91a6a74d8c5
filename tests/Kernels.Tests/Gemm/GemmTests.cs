namespace DeepSharp.Kernels.Tests.Products;

/// <summary>Products of operands on the host and on an emulated GPU, against a triple loop in double.</summary>
public sealed class GemmTests
{
    private static readonly Layout[] Layouts = [Layout.Contiguous, Layout.Transposed, Layout.Gapped];

    public static TheoryData<string> Devices => new("cpu", "emulated");

    public static TheoryData<string, int, int, int> Sizes
    {
        get
        {
            TheoryData<string, int, int, int> cases = [];
            foreach (string device in (string[])["cpu", "emulated"])
            {
                foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)
                    [(1, 1, 1), (5, 3, 2), (16, 16, 4), (17, 18, 9), (33, 2, 5), (4, 3, 0), (0, 3, 2)])
                {
                    cases.Add(device, m, n, k);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Matrices_in_all_layouts(string device, int m, int n, int k)
    {
        foreach (Layout a in Layouts)
        {
            foreach (Layout b in Layouts)
            {
                Check(device, DType.Float32, [m, k], [k, n], a, b, default(IdentityOp), x => x, 1, 0, false);
            }
        }

        Check(
            device, DType.Float64, [m, k], [k, n], Layout.Transposed, Layout.Contiguous, default(ReLUOp), x => Math.Max(x, 0), 1, 1, true);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Factors_bias_and_activation(string device)
    {
        (double, double, bool)[] cases = [(1, 0, true), (2, 1, false), (-0.5, 0.25, true), (0, 1, true)];
        foreach ((double alpha, double beta, bool bias) in cases)
        {
            Check(
                device, DType.Float32, [6, 7], [7, 19], Layout.Contiguous, Layout.Transposed, default(ReLUOp), x => Math.Max(x, 0),
                alpha, beta, bias);
            Check(
                device, DType.Float64, [6, 7], [7, 19], Layout.Contiguous, Layout.Contiguous, default(TanhOp), Math.Tanh, alpha, beta, bias);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Batches_and_repeated_matrices(string device)
    {
        Check(device, DType.Float32, [3, 5, 4], [3, 4, 6], Layout.Contiguous, Layout.Gapped, default(IdentityOp), x => x, 1, 0, true);
        Check(device, DType.Float32, [3, 5, 4], [3, 4, 6], Layout.Transposed, Layout.Contiguous, default(IdentityOp), x => x, 1, 1, false);
        using Sample a = Sample.Of(On(device), DType.Float32, [1, 2, 2], i => i + 1);
        using Sample b = Sample.Of(On(device), DType.Float32, [2, 2, 1], i => i + 1);
        using Sample c = Sample.Filled(On(device), DType.Float32, [2, 2, 1], double.NaN);
        Operand repeated = a.Operand with { Dims = [2, 2, 2], Strides = [0, 2, 1] };
        Gemm.Run(default(IdentityOp), c.Operand, repeated, b.Operand, null, 1, 0);
        Assert.Equal([5, 11, 11, 25], c.Read());
    }

    // [2, 3, m, k] permuted in memory, and a factor that is the same for all of one axis or of the other.
    [Theory]
    [InlineData("cpu", DType.Float32)]
    [InlineData("cpu", DType.Float64)]
    [InlineData("emulated", DType.Float32)]
    [InlineData("cpu", DType.BFloat16)]
    [InlineData("emulated", DType.Float16)]
    public void Batches_of_two_axes_have_a_stride_for_each(string device, DType dtype)
    {
        int[][] stridesA = [[60, 20, 4, 1], [60, 4, 12, 1], [0, 20, 4, 1], [20, 0, 4, 1], [60, 20, 1, 5], [4, 8, 24, 1]];
        int[][] stridesB = [[84, 28, 7, 1], [84, 7, 21, 1], [0, 4, 1, 12], [28, 0, 7, 1], [7, 14, 42, 1]];
        foreach (int[] strideA in stridesA)
        {
            foreach (int[] strideB in stridesB)
            {
                using Sample a = Sample.Of(On(device), dtype, [120], i => Numbers.Noise(i, 1));
                using Sample b = Sample.Of(On(device), dtype, [168], i => Numbers.Noise(i, 2));
                using Sample c = Sample.Filled(On(device), dtype.IsHalfPrecision ? DType.Float32 : dtype, [2, 3, 5, 7], double.NaN, Layout.Gapped);
                Operand rows = c.Operand with { Offset = 0, Strides = [105, 7, 21, 1] };
                Gemm.Run(
                    default(IdentityOp), rows, a.Operand with { Dims = [2, 3, 5, 4], Strides = strideA },
                    b.Operand with { Dims = [2, 3, 4, 7], Strides = strideB }, null, 1, 0);
                double[] left = a.Read();
                double[] right = b.Read();
                double[] expected = new double[2 * 3 * 5 * 7];
                for (int i = 0; i < expected.Length; i++)
                {
                    (int y, int z, int m, int n) = (i / 105, i / 35 % 3, i / 7 % 5, i % 7);
                    for (int p = 0; p < 4; p++)
                    {
                        expected[(y * 105) + (z * 7) + (m * 21) + n] += left[(y * strideA[0]) + (z * strideA[1]) + (m * strideA[2]) + (p * strideA[3])]
                            * right[(y * strideB[0]) + (z * strideB[1]) + (p * strideB[2]) + (n * strideB[3])];
                    }
                }

                using Sample flat = Sample.Filled(On(device), c.Operand.DType, [210], 0);
                StridedCopy.Run(flat.Operand, c.Operand with { Offset = 0, Dims = [210], Strides = [1] });
                Numbers.AssertClose(
                    expected, flat.Read(), 0, dtype == DType.Float64 ? 1e-14 : 3e-6, $"{string.Join(',', strideA)} {string.Join(',', strideB)}");
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, 1, 1, 1)]
    [InlineData(DType.Float32, 5, 3, 2)]
    [InlineData(DType.Float32, 70, 37, 18)]
    [InlineData(DType.Float32, 4, 3, 0)]
    [InlineData(DType.Float64, 16, 16, 4)]
    [InlineData(DType.Float64, 33, 2, 5)]
    [InlineData(DType.Float16, 33, 2, 5)]
    [InlineData(DType.Float16, 5, 3, 2)]
    [InlineData(DType.BFloat16, 33, 2, 5)]
    [InlineData(DType.BFloat16, 5, 3, 2)]
    public void Sums_of_rows_come_with_a_product_on_a_GPU(DType dtype, int m, int n, int k)
    {
        DType wide = dtype.IsHalfPrecision ? DType.Float32 : dtype;
        foreach (bool adds in (bool[])[false, true])
        {
            using Sample a = Sample.Of(TestDevice.Gpu, dtype, [m, k], i => Numbers.Noise(i), Layout.Transposed);
            using Sample b = Sample.Of(TestDevice.Gpu, dtype, [k, n], i => Numbers.Noise(i, 3));
            using Sample c = Sample.Filled(TestDevice.Gpu, wide, [m, n], adds ? 2 : double.NaN);
            using Sample plain = Sample.Filled(TestDevice.Gpu, wide, [m, n], adds ? 2 : double.NaN);
            using Sample sums = Sample.Filled(TestDevice.Gpu, wide, [m], adds ? double.NaN : 3);
            Gemm.Run(default(IdentityOp), plain.Operand, a.Operand, b.Operand, null, 1, adds ? 1 : 0);
            Assert.True(Gemm.RunWithRowSums(c.Operand, a.Operand, b.Operand, adds, sums.Operand, !adds));
            Assert.Equal(plain.Bits(), c.Bits());
            double[] x = a.Read();
            double[] expected = [.. Enumerable.Range(0, m).Select(i => (adds ? 0 : 3) + Enumerable.Range(0, k).Sum(p => x[(i * k) + p]))];
            Numbers.AssertClose(expected, sums.Read(), 1e-6, 1e-6);
        }
    }

    [Theory]
    [InlineData("cpu", 20, 3)]
    [InlineData("emulated", 4097, 3)]
    [InlineData("emulated", 20, 0)]
    public void Sums_of_rows_that_would_take_a_launch_of_their_own_are_left_to_the_caller(string where, int depth, int columns)
    {
        Device device = On(where);
        using Sample a = Sample.Filled(device, DType.Float32, [2, depth], 0.5);
        using Sample b = Sample.Filled(device, DType.Float32, [depth, columns], 2);
        using Sample c = Sample.Filled(device, DType.Float32, [2, columns], double.NaN);
        using Sample sums = Sample.Filled(device, DType.Float32, [2], 7);
        Assert.False(Gemm.RunWithRowSums(c.Operand, a.Operand, b.Operand, false, sums.Operand, false));
        Assert.All(c.Read(), x => Assert.Equal(depth, x));
        Assert.Equal([7, 7], sums.Read());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void NaN_stays_in_its_row_and_column(string device)
    {
        using Sample a = Sample.Of(On(device), DType.Float32, [3, 2], i => i == 2 ? double.NaN : i == 5 ? double.PositiveInfinity : i);
        using Sample b = Sample.Of(On(device), DType.Float32, [2, 2], i => i == 3 ? 0 : i + 1);
        using Sample c = Sample.Filled(On(device), DType.Float32, [3, 2], double.NaN);
        Gemm.Run(default(IdentityOp), c.Operand, a.Operand, b.Operand, null, 1, 0);
        Assert.Equal([3, 0, double.NaN, double.NaN, double.PositiveInfinity, double.NaN], c.Read());
    }

    [Theory]
    [InlineData("cpu", DType.Float16)]
    [InlineData("cpu", DType.BFloat16)]
    [InlineData("emulated", DType.Float16)]
    [InlineData("emulated", DType.BFloat16)]
    public void Halves_are_multiplied_and_added_up_in_Float32(string device, DType dtype)
    {
        foreach (DType result in (DType[])[dtype, DType.Float32])
        {
            foreach (Layout layout in Layouts)
            {
                CheckHalf(device, dtype, result, [5, 40], [40, 7], layout, Layout.Contiguous, result == DType.Float32 ? 0.5 : 0);
                CheckHalf(device, dtype, result, [17, 18], [18, 9], Layout.Contiguous, layout, 0);
                CheckHalf(device, dtype, result, [2, 3, 6], [2, 6, 4], layout, layout, 0);
            }
        }

        CheckHalf(device, dtype, dtype, [3, 0], [0, 2], Layout.Contiguous, Layout.Contiguous, 0);
    }

    private static Device On(string device) => device == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static void CheckHalf(
        string device, DType dtype, DType result, int[] dimsA, int[] dimsB, Layout layoutA, Layout layoutB, double beta)
    {
        int m = dimsA[^2];
        int k = dimsA[^1];
        int n = dimsB[^1];
        int[] dimsC = [.. dimsA[..^1], n];
        Device on = On(device);
        using Sample a = Sample.Of(on, dtype, dimsA, i => Numbers.Noise(i, 1), layoutA);
        using Sample b = Sample.Of(on, dtype, dimsB, i => Numbers.Noise(i, 2), layoutB);
        using Sample c = Sample.Of(on, result, dimsC, i => beta == 0 ? double.NaN : Numbers.Noise(i, 3));
        using Sample bias = Sample.Of(on, DType.Float32, [n], i => Numbers.Noise(i, 4));
        double[] left = a.Read();
        double[] right = b.Read();
        double[] before = c.Read();
        double[] added = bias.Read();
        double[] expected = new double[c.Count];
        for (int i = 0; i < expected.Length; i++)
        {
            double sum = 0;
            for (int p = 0; p < k; p++)
            {
                sum += left[(i / n * k) + p] * right[(((i / n / m * k) + p) * n) + (i % n)];
            }

            expected[i] = Math.Max(0, (2 * sum) + (beta == 0 ? 0 : beta * before[i]) + added[i % n]);
        }

        Gemm.Run(default(ReLUOp), c.Operand, a.Operand, b.Operand, bias.Operand, 2, beta);

        // Half a unit in the last place of the result's type, and what Float32 leaves of the sums.
        double relative = result == DType.Float16 ? Math.Pow(2, -11) : result == DType.BFloat16 ? Math.Pow(2, -8) : 0;
        Numbers.AssertClose(expected, c.Read(), relative, 1e-5, $"{device} {dtype} to {result} {m}x{n}x{k} {layoutA} {layoutB}");
    }

    private static void Check<TAct>(
        string device, DType dtype, int[] dimsA, int[] dimsB, Layout layoutA, Layout layoutB, TAct activation,
        Func<double, double> function, double alpha, double beta, bool hasBias)
        where TAct : unmanaged, IUnaryOp
    {
        int m = dimsA[^2];
        int k = dimsA[^1];
        int n = dimsB[^1];
        int batch = dimsA.Length == 3 ? dimsA[0] : 1;
        int[] dimsC = dimsA.Length == 3 ? [batch, m, n] : [m, n];
        Device on = On(device);
        using Sample a = Sample.Of(on, dtype, dimsA, i => Numbers.Noise(i, 1), layoutA);
        using Sample b = Sample.Of(on, dtype, dimsB, i => Numbers.Noise(i, 2), layoutB);
        using Sample c = Sample.Of(on, dtype, dimsC, i => beta == 0 ? double.NaN : Numbers.Noise(i, 3));
        using Sample bias = Sample.Of(on, dtype, [n], i => Numbers.Noise(i, 4));
        double[] expected = new double[batch * m * n];
        for (int i = 0; i < expected.Length; i++)
        {
            int z = i / n / m;
            double sum = 0;
            for (int p = 0; p < k; p++)
            {
                sum += Numbers.Noise((i / n * k) + p, 1) * Numbers.Noise((((z * k) + p) * n) + (i % n), 2);
            }

            expected[i] = function((alpha * sum) + (beta == 0 ? 0 : beta * Numbers.Noise(i, 3)) + (hasBias ? Numbers.Noise(i % n, 4) : 0));
        }

        Gemm.Run(activation, c.Operand, a.Operand, b.Operand, hasBias ? bias.Operand : null, alpha, beta);
        Numbers.AssertClose(
            expected, c.Read(), 0, dtype == DType.Float32 ? 3e-6 : 1e-14, $"{device} {dtype} {m}x{n}x{k} {layoutA} {layoutB}");
    }
}

namespace DeepSharp.Tests;

/// <summary>Reading and assigning where tensors point, random draws, other element types, and what is refused.</summary>
public class ArrangingTests
{
    private static readonly Device[] s_devices = [Device.Cpu, TestDevice.Gpu];

    [Fact]
    public void Assignment_by_places_ranges_indices_and_masks_changes_what_reading_gives()
    {
        foreach (Device device in s_devices)
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Float16, DType.Int32, DType.Int64, DType.UInt8])
            {
                using TensorScope scope = Tensor.Scope();
                Tensor x = Tensor.Arange(12, dtype, device).Reshape(4, 3);
                x[0] = Tensor.From([7.0, 8, 9], device);
                x[1, 2] = Tensor.Scalar(5, device: device);
                x[^1..] = Tensor.Ones(1, device: device);
                Assert.Equal([7, 8, 9, 3, 4, 5, 6, 7, 8, 1, 1, 1], Values(x));

                // The last of two values for one place stays; negative places count from the end.
                x[Tensor.From([2, 0, -2], device)] = Tensor.From([1.0, 2, 3], device).Unsqueeze(1);
                Assert.Equal([2, 2, 2, 3, 4, 5, 3, 3, 3, 1, 1, 1], Values(x));
                x[x > 3] = Tensor.Scalar(0, device: device);
                Assert.Equal([2, 2, 2, 3, 0, 0, 3, 3, 3, 1, 1, 1], Values(x));
                Tensor rows = Tensor.From([true, false, false, true], device);
                x[rows] = Tensor.Arange(6, DType.Float32, device).Reshape(2, 3);
                Assert.Equal([0, 1, 2, 3, 0, 0, 3, 3, 3, 3, 4, 5], Values(x));
                x[rows] = dtype == DType.UInt8 ? (x[rows].To(DType.Int32) * 2) : x[rows] + x[rows];
                Assert.Equal([0, 2, 4, 3, 0, 0, 3, 3, 3, 6, 8, 10], Values(x));
                Tensor turned = x.T;
                turned[Tensor.From([1L], device)] = Tensor.Scalar(9, device: device);
                Assert.Equal([0, 9, 4, 3, 9, 0, 3, 9, 3, 6, 9, 10], Values(x));
                x[Tensor.From([false, false, false, false], device)] = Tensor.Scalar(1, device: device);
                Assert.Equal([0, 9, 4, 3, 9, 0, 3, 9, 3, 6, 9, 10], Values(x));
            }
        }
    }

    [Fact]
    public void A_mask_of_truth_values_is_assigned_too()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor flags = Tensor.Zeros([2, 2], DType.Bool, Device.Cpu);
        flags[Tensor.From([1], Device.Cpu)] = Tensor.From([true, false], Device.Cpu);
        Assert.Equal([false, false, true, false], flags.ToArray<bool>());
    }

    [Fact]
    public void Reading_by_indices_and_masks_passes_gradients_of_any_order()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = OperatorGradients.Sample([4, 3], 1).To(device);
            Tensor places = Tensor.From([3, 1, -1, 3], [2, 2], device);
            Tensor mask = Tensor.From([true, false, true, false], device);
            GradCheck.Run(xs => xs[0][places].Square() * xs[0][0], [x], order: 3, tolerance: 4e-6);
            GradCheck.Run(xs => xs[0][mask].Square(), [x], order: 3, tolerance: 4e-6);
        }
    }

    [Fact]
    public void Sixteen_bit_floats_and_integers_have_the_operators_that_make_sense()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor half = Tensor.From([3.0, 1, 2], device).To(DType.Float16);
            Assert.Equal(DType.Float16, half.CumulativeSum(0).DType);
            Assert.Equal([3, 4, 6], Values(half.CumulativeSum(0)));
            Assert.Equal([1, 2, 3], Values(half.Sort().Values));
            Assert.Equal([2], Values(half.Median().Reshape(1)));
            Assert.Equal([6], Values(half.Prod().Reshape(1)));
            Assert.Equal([2], Values(half.Quantile(0.5).Reshape(1)));
            Tensor whole = Tensor.From([3, -1, 2, -1], device);
            Assert.Equal([3, 2, 4, 3], Values(whole.CumulativeSum(0)));
            Assert.Equal(DType.Int64, whole.CumulativeSum(0).DType);
            Assert.Equal([-1, -1, 2, 3], Values(whole.Sort().Values));
            Assert.Equal(DType.Int32, whole.Sort().Values.DType);
            Assert.Equal([6], Values(whole.Prod().Reshape(1)));
            Assert.Equal([-1, 2, 3], Values(whole.Unique()));
            Assert.Equal([1, -1, 0, -1], Values(whole.Fmod(2)));
            Assert.Equal([1, 1, 0, 1], Values(whole.Remainder(2)));
            Assert.Equal([-1, -1, 0, -1], Values(whole.Remainder(-2)));
            Assert.True(whole.IsFinite().All());
            Assert.Equal([0, 1, 0, 1], Values(whole.Flip().Roll(1, 0).NotEqual(-1).To(DType.Int32).Flip()));
            Assert.Equal([1, 0, 0, 0], Values(Tensor.From([1, double.PositiveInfinity, double.NaN, double.NegativeInfinity], device).IsFinite().To(DType.Int32)));
            Assert.Equal([0, 1, 0, 1], Values(Tensor.From([1, double.PositiveInfinity, double.NaN, double.NegativeInfinity], device).IsInfinity().To(DType.Int32)));
        }
    }

    [Fact]
    public void Where_indices_meet_the_last_one_is_set_and_has_the_gradient()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Arange(6, DType.Float64, device).Reshape(2, 3).RequireGrad();
            Tensor index = Tensor.From(new long[,] { { 1, 1, 0, 1 }, { 2, 0, 2, 2 } }, device);
            Tensor source = (Tensor.Arange(8, DType.Float64, device).Reshape(2, 4) + 10).RequireGrad();
            Tensor y = x.Scatter(index, source, 1);
            Assert.Equal([12, 13, 2, 15, 4, 17], Values(y));
            y.Square().Sum().Backward();
            Assert.Equal([0, 0, 4, 0, 8, 0], Values(x.Gradient!));
            Assert.Equal([0, 0, 24, 26, 0, 30, 0, 34], Values(source.Gradient!));
            GradCheck.Run(xs => xs[0].Square().Scatter(index, xs[1].Square(), 1).Square(), [x, source], order: 2, tolerance: 1e-5);
            Assert.Equal(Values(x), Values(x.Scatter(index[.., ..0], source[.., ..0], 1)));
            foreach (DType dtype in (DType[])[DType.Float16, DType.Int32, DType.Int64, DType.UInt8])
            {
                Tensor z = x.Detach().To(dtype).Scatter(index.To(DType.Int32), source.Detach().To(dtype), 1);
                Assert.Equal(dtype, z.DType);
                Assert.Equal([12, 13, 2, 15, 4, 17], Values(z));
            }

            Tensor flags = (x.Detach() > 3).Scatter(index, source.Detach() > 14, 1);
            Assert.Equal((DType.Bool, 3), (flags.DType, (int)flags.To(DType.Int32).Sum().Item()));

            // As many as many threads share.
            Tensor many = (Tensor.Arange(60000, DType.Int64, device) * 7919).Remainder(101).Reshape(300, 200);
            Tensor set = Tensor.Zeros([300, 101], DType.Int32, device).Scatter(many, Tensor.Arange(60000, DType.Int32, device).Reshape(300, 200), 1);
            int[] expected = new int[300 * 101];
            for (int i = 0; i < 60000 && device == Device.Cpu; i++)
            {
                expected[(i / 200 * 101) + (int)(i * 7919L % 101)] = i;
            }

            Assert.True(device != Device.Cpu || expected.AsSpan().SequenceEqual(set.ToArray<int>()));
        }
    }

    [Fact]
    public void Running_extremes_keep_NaN_and_their_type_and_stand_at_the_last_of_equal_ones()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();

            // torch.cummax and torch.cummin of this line.
            Tensor x = Tensor.From([1, 3, 3, double.NegativeInfinity, double.NaN, 9, double.NaN, 1], device);
            (Tensor largest, Tensor at) = x.CumulativeMax(0);
            Assert.Equal([1, 3, 3, 3, double.NaN, double.NaN, double.NaN, double.NaN], Values(largest));
            Assert.Equal([0, 1, 2, 2, 4, 4, 6, 6], Values(at));
            (Tensor smallest, at) = x.CumulativeMin(-1);
            Assert.Equal([1, 1, 1, double.NegativeInfinity, double.NaN, double.NaN, double.NaN, double.NaN], Values(smallest));
            Assert.Equal([0, 0, 0, 3, 4, 4, 6, 6], Values(at));
            Assert.Equal(DType.Int64, at.DType);
            foreach (DType dtype in (DType[])[DType.Float16, DType.BFloat16, DType.Int32, DType.Int64, DType.UInt8])
            {
                (largest, at) = Tensor.From([2, 1, 4, 4, 3], device).To(dtype).CumulativeMax(0);
                Assert.Equal(dtype, largest.DType);
                Assert.Equal([2, 2, 4, 4, 4], Values(largest));
                Assert.Equal([0, 0, 2, 3, 3], Values(at));
            }

            Assert.Equal([0, 3], x.Narrow(0, 0, 0).Reshape(0, 1).Expand([0, 3]).CumulativeMax(0).Values.Shape);
        }
    }

    [Fact]
    public void Determinants_of_every_size_agree_with_their_factors_and_with_closed_forms()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            for (int n = 0; n <= (device == Device.Cpu ? 40 : 6); n++)
            {
                // P L U with a unit L: the determinant is that of U, with the sign of the exchange of two rows.
                Generator random = new((ulong)n);
                Tensor lower = Tensor.Normal([3, n, n], 0, 0.4, DType.Float64, Device.Cpu, random).Tril(-1) + Tensor.Eye(n, DType.Float64, Device.Cpu);
                Tensor upper = Tensor.Normal([3, n, n], 0, 0.4, DType.Float64, Device.Cpu, random).Triu(1);
                double[] diagonal = [.. Enumerable.Range(0, n).Select(static i => i % 3 == 1 ? -1.5 : 0.5 + (i % 4))];
                Tensor matrix = lower.MatMul(upper + (Tensor.Eye(n, DType.Float64, Device.Cpu) * Tensor.From(diagonal, Device.Cpu))).Flip(1).To(device);
                double expected = diagonal.Aggregate(n / 2 % 2 == 0 ? 1.0 : -1.0, static (product, pivot) => product * pivot);
                Assert.All(Values(matrix.Determinant()), value => Assert.Equal(expected, value, Math.Abs(expected) * 1e-9));
                (Tensor sign, Tensor logarithm) = matrix.LogDeterminant();
                Assert.All(Values(sign), value => Assert.Equal(Math.Sign(expected), value));
                Assert.All(Values(logarithm), value => Assert.Equal(Math.Log(Math.Abs(expected)), value, 1e-9));
            }

            Tensor singular = Tensor.From(new double[,] { { 1, 2, 3 }, { 2, 4, 6 }, { 0, 1, 1 } }, device);
            Assert.Equal(0, singular.Determinant().Item());
            Assert.Equal(0, Tensor.Zeros([2, 2], device: device).Determinant().Item());
            (Tensor none, Tensor infinite) = singular.LogDeterminant();
            Assert.Equal((0, double.NegativeInfinity), (none.Item(), infinite.Item()));
            Assert.True(double.IsNaN(Tensor.From(new double[,] { { double.NaN, 2 }, { 0, 3 } }, device).Determinant().Item()));
            GradCheck.Run(static xs => xs[0].Determinant(), [Tensor.Normal([2, 3, 3], 0, 1, DType.Float64, device, new Generator(1))], order: 3, tolerance: 1e-5);
            GradCheck.Run(
                static xs => xs[0].LogDeterminant().Logarithm,
                [Tensor.Normal([2, 2], 0, 1, DType.Float64, device, new Generator(1)) + Tensor.Eye(2, DType.Float64, device)], order: 3, tolerance: 1e-5);
        }
    }

    [Fact]
    public void NaN_makes_medians_and_quantiles_NaN()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.From(new double[,] { { 1, double.NaN, 3 }, { 2, double.PositiveInfinity, 1 } }, device);
            Assert.Equal([double.NaN, 2], Values(x.Median(1)));
            Assert.Equal([double.NaN, 2], Values(x.Quantile(0.5, 1)));
            Assert.Equal(double.NaN, x.Median().Item());
            Assert.Equal([double.NaN, 3, 1], Values(x.TopK(3).Values[0]));
        }
    }

    [Fact]
    public void A_bug_of_tall_matrices_in_PyTorch_is_none_here()
    {
        using TensorScope scope = Tensor.Scope();
        GradCheck.Run(static xs => xs[0].Trace(), [OperatorGradients.Sample([4, 2], 1)]);
        GradCheck.Run(static xs => xs[0].Trace(), [OperatorGradients.Sample([4, 1], 1)]);
    }

    [Fact]
    public void Places_are_drawn_as_often_as_their_weights_say()
    {
        foreach (Device device in s_devices)
        {
            using TensorScope scope = Tensor.Scope();
            int count = ReferenceEquals(device, Device.Cpu) ? 20_000 : 400;
            Tensor weights = Tensor.From([0.0, 1, 3, 0, 6], device);
            Tensor drawn = weights.Multinomial(count, replacement: true, new Generator(5));
            double[] shares = [.. Enumerable.Range(0, 5).Select(place => drawn.Equal(place).Sum().Item() / count)];
            double[] expected = [0, 0.1, 0.3, 0, 0.6];
            for (int i = 0; i < 5; i++)
            {
                // Five standard deviations of a share.
                Assert.Equal(expected[i], shares[i], 5 * Math.Sqrt(0.25 / count));
            }

            Assert.Equal([0, 0], shares.Where((_, i) => expected[i] == 0));
        }

        using TensorScope rows = Tensor.Scope();
        Tensor many = weightsOfRows();
        Tensor places = many.Multinomial(2, replacement: false, new Generator(6));
        Assert.Equal(new Shape(8000, 2), places.Shape);
        Assert.False(places[.., 0].Equal(places[.., 1]).Any());
        Assert.Equal(0.6, places[.., 0].Equal(2).Sum().Item() / 8000, 0.03);

        // Second comes 0 with 0.3 * 0.1 / 0.7 + 0.6 * 0.1 / 0.4.
        Assert.Equal((0.03 / 0.7) + (0.06 / 0.4), places[.., 1].Equal(0).Sum().Item() / 8000, 0.03);

        static Tensor weightsOfRows() => Tensor.From([0.1, 0.3, 0.6], Device.Cpu).Expand([8000, 3]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_shapes_and_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], device: Device.Cpu);
        Tensor whole = Tensor.From([1, 2], Device.Cpu);
        (Func<object> Call, string[] Says)[] calls =
        [
            (() => x.Split([1, 1], 1), ["Split", "[1, 1]", "[2, 3]", "add up"]),
            (() => x.Split(0), ["Split", "0"]),
            (() => x.Repeat(2), ["Repeat", "[2, 3]", "Tile"]),
            (() => x.Tile(-1), ["Tile", "-1", "0 and above"]),
            (() => x[0].Triu(), ["Triu", "[3]", "two axes"]),
            (() => x.Diagonal(0, 1, 1), ["Diagonal", "axis 1", "two axes"]),
            (() => x[Tensor.From([true, false, true], Device.Cpu)], ["Index", "[3]", "[2, 3]"]),
            (() => x[Tensor.From([0.5f], Device.Cpu)], ["Index", "Float32", "Int64"]),
            (() => x[Tensor.From([2], Device.Cpu)], ["Index", "2"]),
            (() => x[Tensor.From([0], TestDevice.Gpu)], ["Index", "To(Device)"]),
            (() => x.TopK(4), ["TopK", "4", "[2, 3]"]),
            (() => x.Quantile(1.5), ["Quantile", "1.5", "[0, 1]"]),
            (() => whole.Quantile(0.5), ["Quantile", "Int32"]),
            (() => whole.Norm(0), ["Norm", "Int32"]),
            (() => x.Norm([], double.NaN), ["Norm", "NaN"]),
            (() => whole.CumulativeLogSumExp(0), ["CumulativeLogSumExp", "Int32"]),
            (() => Tensor.Einsum("ij,jk->ik", x), ["Einsum", "ij,jk->ik", "2 factors"]),
            (() => Tensor.Einsum("ij,ij->ij", x, x.T), ["Einsum", "lengths", "[2, 3]", "[3, 2]"]),
            (() => Tensor.Einsum("ijk", x), ["Einsum", "[2, 3]", "ellipsis"]),
            (() => Tensor.Einsum("ij->ik", x), ["Einsum", "ik"]),
            (() => Tensor.Einsum("i+->i", x), ["Einsum", "'+'"]),
            (() => x.Solve(x), ["Solve", "[2, 3]", "square"]),
            (() => x.MatMul(x.T).Solve(x.T), ["Solve", "[3, 2]", "[2, 2]"]),
            (() => Tensor.Zeros([2, 2], device: Device.Cpu).Inverse(), ["Solve", "singular", "[2, 2]", "identity"]),
            (() => (-Tensor.Eye(2, device: Device.Cpu)).Cholesky(), ["Cholesky", "positive definite", "[2, 2]"]),
            (() => Tensor.Eye(2, DType.Float16, Device.Cpu).Cholesky(), ["Cholesky", "Float16", "Float32"]),
            (() => x.Determinant(), ["Determinant", "[2, 3]", "square"]),
            (() => Tensor.Eye(2, DType.Float16, Device.Cpu).LogDeterminant(), ["LogDeterminant", "Float16", "Float32"]),
            (() => x.Scatter(Tensor.From([0, 3, 1], [1, 3], Device.Cpu), 1, 0), ["Scatter", "3", "[0, 1]", "axis 0"]),
            (() => x.Multinomial(4), ["Multinomial", "4", "[2, 3]"]),
            (() => (-x).Multinomial(1), ["Multinomial", "not negative"]),
            (() => x.PReLU(Tensor.Ones(2, device: Device.Cpu)), ["PReLU", "[2]", "[2, 3]"]),
            (() => x.GLU(), ["GLU", "odd", "[2, 3]"]),
            (() => x.CELU(0), ["CELU", "alpha", "0"]),
            (() => x.Hardtanh(1, 1), ["Hardtanh", "1"]),
            (() => x.Hardshrink(-1), ["Hardshrink", "-1"]),
            (() => x.Softplus(0), ["Softplus", "0"]),
            (() => whole.Tan(), ["Tan", "Int32"]),
            (() => x.Fmod(Tensor.Ones([4], device: Device.Cpu)), ["Fmod", "[2, 3]", "[4]"]),
        ];
        foreach ((Func<object> call, string[] says) in calls)
        {
            Exception? error = Record.Exception(call);
            Assert.True(error is ArgumentException or InvalidOperationException, $"{says[0]} {says[1]}: {error}");
            Assert.All(says, word => Assert.Contains(word, error!.Message, StringComparison.OrdinalIgnoreCase));
        }

        Tensor recorded = x.RequireGrad() * 2;
        Assert.Contains("Detach()", Assert.Throws<InvalidOperationException>(() => recorded[0] = Tensor.Ones(3, device: Device.Cpu)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Detach()", Assert.Throws<InvalidOperationException>(() => recorded[Tensor.From([0], Device.Cpu)] = Tensor.Ones(3, device: Device.Cpu)).Message, StringComparison.Ordinal);
        recorded.Detach()[0] = Tensor.Zeros(3, device: Device.Cpu);
        Assert.Equal([0, 0, 0, 2, 2, 2], Values(recorded));
    }

    private static double[] Values(Tensor x) => x.To(DType.Float64).ToArray<double>();
}

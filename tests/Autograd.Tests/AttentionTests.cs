using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Attention against PyTorch, its composed form and finite differences, on both forms.</summary>
public class AttentionTests
{
    public static IEnumerable<object[]> Names =>
        Golden.Names("attention", "product").SelectMany(static row => (object[][])[[row[0], "cpu"], [row[0], "gpu"]]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Products_agree_with_PyTorch(string name, string on)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Dictionary<string, Tensor> inputs = golden.Inputs.All.ToDictionary(static array => array.Name, array => array.Tensor(device));
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            inputs[gradient.Name].RequireGrad();
        }

        Tensor output = Tensor.ScaledDotProductAttention(
            inputs["query"], inputs["key"], inputs["value"], inputs.GetValueOrDefault("mask"), 0, golden.Options.Flag("is_causal"),
            golden.Options.IsNull("scale") ? null : golden.Options.Number("scale"));
        golden.Outputs["output"].Matches(output, 2);
        output.Backward(golden.OutputGradients["output"].Tensor(device));
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            gradient.Matches(inputs[gradient.Name].Gradient!, 2);
        }
    }

    [Theory]
    [InlineData("cpu", false, false, 2)]
    [InlineData("cpu", true, false, 2)]
    [InlineData("cpu", true, true, 2)]
    [InlineData("cpu", false, true, 2)]
    [InlineData("gpu", true, true, 1)]
    public void Gradients_and_their_gradients_agree_with_differences(string on, bool causal, bool masked, int order)
    {
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor? mask = masked ? Tensor.From([true, false, true, true, true, true, false, false, false], [3, 3], device) : null;
        GradCheck.Run(
            x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], mask, 0, causal).Square(),
            [Sample(device, [2, 3, 2], 1), Sample(device, [2, 3, 2], 2), Sample(device, [2, 3, 1], 3)], order: order);
    }

    [Fact]
    public void One_tensor_may_be_queries_keys_and_values_and_masks_of_numbers_have_gradients()
    {
        GradCheck.Run(static x => Tensor.ScaledDotProductAttention(x[0], x[0], x[0]).Square(), [Sample(Device.Cpu, [2, 3, 2], 1)], order: 2);
        GradCheck.Run(
            static x => Tensor.ScaledDotProductAttention(x[0], x[0], x[0], x[1]).Square(),
            [Sample(Device.Cpu, [2, 3, 2], 1), Sample(Device.Cpu, [3, 3], 2)], order: 2);
    }

    // Blocks of 48 queries and 64 keys: lengths around them, and heads that stand as features side by side.
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(47, 63, 5, 16)]
    [InlineData(48, 64, 16, 5)]
    [InlineData(49, 65, 32, 32)]
    [InlineData(97, 129, 7, 33)]
    public void Blocks_agree_with_the_composed_form(int queries, int keys, int depth, int width)
    {
        foreach (int? diagonal in (int?[])[null, 0, keys - queries, -3, 20])
        {
            foreach (string kind in (string[])["none", "truth", "numbers"])
            {
                using TensorScope scope = Tensor.Scope();
                Tensor[] fused = Inputs();
                Tensor[] plain = Inputs();
                Tensor? mask = kind == "none" ? null
                    : kind == "truth" ? Sample(Device.Cpu, [2, 1, queries, keys], 7) > -0.3
                    : Tensor.Where(
                        Sample(Device.Cpu, [queries, keys], 8) > -0.5, Sample(Device.Cpu, [queries, keys], 9),
                        Tensor.Full(Shape.Scalar, double.NegativeInfinity, DType.Float64, Device.Cpu));
                Tensor weight = Sample(Device.Cpu, [2, 3, queries, width], 6);
                AttentionSettings settings = new(mask, diagonal, 0.6, default);
                Tensor a = AttentionNode.Run(Turned(fused[0]), Turned(fused[1]), Turned(fused[2]), settings);
                Tensor b = AttentionNode.Compose(Turned(plain[0]), Turned(plain[1]), Turned(plain[2]), settings);
                Close(b, a);
                (a * weight).Sum().Backward();
                (b * weight).Sum().Backward();
                for (int i = 0; i < 3; i++)
                {
                    Close(plain[i].Gradient!, fused[i].Gradient!);
                }

                Tensor[] Inputs() =>
                [
                    Sample(Device.Cpu, [2, queries, 3, depth], 1).RequireGrad(), Sample(Device.Cpu, [2, keys, 3, depth], 2).RequireGrad(),
                    Sample(Device.Cpu, [2, keys, 3, width], 3).RequireGrad(),
                ];
            }
        }

        static Tensor Turned(Tensor x) => x.Transpose(1, 2);
    }

    [Theory]
    [InlineData(DType.Float32, "cpu")]
    [InlineData(DType.Float64, "cpu")]
    [InlineData(DType.Float32, "gpu")]
    [InlineData(DType.Float64, "gpu")]
    public void Dropout_drops_what_the_composed_form_drops(DType dtype, string on)
    {
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        (int queries, int keys) = on == "cpu" ? (50, 67) : (3, 5);
        using TensorScope scope = Tensor.Scope();
        Tensor[] fused = Inputs();
        Tensor[] plain = Inputs();
        Tensor a = Tensor.ScaledDotProductAttention(fused[0], fused[1], fused[2], null, 0.4, false, 0.5, new Generator(12));
        Tensor b = (plain[0].MatMul(plain[1].T) * 0.5).Softmax().Dropout(0.4, new Generator(12)).MatMul(plain[2]);
        double tolerance = dtype == DType.Float32 ? 1e-4 : 1e-11;
        Close(b, a, tolerance);
        a.Square().Sum().Backward();
        b.Square().Sum().Backward();
        for (int i = 0; i < 3; i++)
        {
            Close(plain[i].Gradient!, fused[i].Gradient!, tolerance);
        }

        Tensor[] Inputs() =>
        [
            Sample(device, [3, queries, 4], 1).To(dtype).RequireGrad(), Sample(device, [3, keys, 4], 2).To(dtype).RequireGrad(),
            Sample(device, [3, keys, 4], 3).To(dtype).RequireGrad(),
        ];
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void A_query_that_sees_nothing_gives_zeros_and_has_no_gradient(string on)
    {
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using TensorScope scope = Tensor.Scope();
        Tensor x = Sample(device, [2, 3, 4], 1).RequireGrad();
        Tensor mask = Tensor.From([true, false, true, false, false, false, true, true, true], [3, 3], device);
        Tensor y = Tensor.ScaledDotProductAttention(x, x.Detach(), x.Detach(), mask);
        Assert.All(y[.., 1].Contiguous().ToArray<double>(), static value => Assert.Equal(0, value));
        y.Sum().Backward();
        Assert.All(x.Gradient![.., 1].Contiguous().ToArray<double>(), static value => Assert.Equal(0, value));
        Assert.All(x.Gradient!.ToArray<double>(), static value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void Nothing_among_the_lengths_is_nothing_in_the_result()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor q = Sample(Device.Cpu, [2, 3, 4], 1).RequireGrad();
        Tensor none = Tensor.Zeros([2, 0, 4], DType.Float64, Device.Cpu).RequireGrad();
        Tensor y = Tensor.ScaledDotProductAttention(q, none, none);
        Assert.All(y.ToArray<double>(), static value => Assert.Equal(0, value));
        y.Sum().Backward();
        Assert.Equal(new Shape(2, 0, 4), Tensor.ScaledDotProductAttention(none, q, q).Shape);
    }

    [Fact]
    public void Memory_is_linear_in_the_length()
    {
        using TensorScope scope = Tensor.Scope();
        long before = Device.Cpu.Statistics.PeakBytes;
        Tensor x = Tensor.Uniform([1, 1, 6000, 8], -1, 1, DType.Float32, Device.Cpu, new Generator(1)).RequireGrad();
        Tensor y = Tensor.ScaledDotProductAttention(x, x, x, causal: true);
        y.Backward(Tensor.OnesLike(y));

        // One matrix of all pairs has 144 MB.
        Assert.InRange(Device.Cpu.Statistics.PeakBytes - before, 0, 100_000_000);
    }

    [Fact]
    public void Halves_are_computed_in_single_precision()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Sample(Device.Cpu, [2, 5, 4], 1).To(DType.Float16);
        Tensor y = Tensor.ScaledDotProductAttention(x, x, x);
        Assert.Equal(DType.Float16, y.DType);
        Tensor wide = x.To(DType.Float32);
        Close(Tensor.ScaledDotProductAttention(wide, wide, wide), y.To(DType.Float32), 1e-3);
    }

    [Fact]
    public void Errors_name_the_shapes_and_the_remedy()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor q = Tensor.Zeros([2, 3, 4], device: Device.Cpu);
        Tensor k = Tensor.Zeros([2, 5, 4], device: Device.Cpu);
        Fails(() => Tensor.ScaledDotProductAttention(q, k[.., .., ..3], k), "[2, 3, 4]", "[2, 5, 3]", "depth");
        Fails(() => Tensor.ScaledDotProductAttention(q, k, k[.., ..4]), "[2, 5, 4]", "[2, 4, 4]", "keys");
        Fails(() => Tensor.ScaledDotProductAttention(q[0, 0], k, k), "[4]", "[2, 5, 4]");
        Fails(() => Tensor.ScaledDotProductAttention(q, k.To(DType.Float64), k), "Float32", "Float64");
        Fails(() => Tensor.ScaledDotProductAttention(q, k, k, Tensor.Zeros([5, 3], device: Device.Cpu)), "mask", "[5, 3]", "[2, 3, 5]", "Bool");
        Fails(() => Tensor.ScaledDotProductAttention(q, k, k, Tensor.Zeros([3, 5], DType.Int32, Device.Cpu)), "mask", "[3, 5]", "Int32", "Bool");
        Fails(() => Tensor.ScaledDotProductAttention(q, k, k, dropout: 1), "dropout", "[0, 1)", "1");
        Fails(() => Tensor.ScaledDotProductAttention(q.To(DType.Int32), k, k), "Int32", "To(DType.Float32)");
    }

    private static void Fails(Func<object?> action, params string[] words)
    {
        ArgumentException error = Assert.ThrowsAny<ArgumentException>(action);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    private static Tensor Sample(Device device, int[] shape, ulong seed) =>
        Tensor.Uniform(shape, -1.5, 1.5, DType.Float64, device, new Generator(seed));

    private static void Close(Tensor expected, Tensor actual, double tolerance = 1e-11)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] found = actual.Contiguous().To(DType.Float64).ToArray<double>();
        Assert.All(
            expected.Contiguous().To(DType.Float64).ToArray<double>().Zip(found),
            pair => Assert.True(Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.First)), $"{pair.First} and {pair.Second}"));
    }
}

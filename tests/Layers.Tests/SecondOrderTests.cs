using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>Layers and losses whose gradients are more than one formula: gradients, by inputs and parameters, and their gradients against finite
/// differences in Float64, on the CPU and as kernels; and the same bits where a part is computed again in the backward pass.</summary>
public class SecondOrderTests
{
    private static readonly bool[] s_keys = [true, true, false, true, true, true];

    // What is checked: inputs, and a function of them and of a module's parameters. All is made on the CPU, and moved.
    private static readonly Dictionary<string, Func<Device, Case>> s_cases = new()
    {
        ["MultiHeadAttention"] = static on => Of(on, new MultiHeadAttention(4, 2, device: on, dtype: DType.Float64), static m => (x, _) => m.Forward(x), [3, 2, 4]),
        ["MultiHeadAttention, widths and masks"] = static on =>
        {
            Tensor padding = Tensor.From(s_keys, [2, 3], on);
            return Of(
                on, new MultiHeadAttention(4, 2, keyFeatures: 3, valueFeatures: 2, batchFirst: true, device: on, dtype: DType.Float64),
                m => (q, x) => m.Forward(q, x[0], x[1], padding), [2, 2, 4], [2, 3, 3], [2, 3, 2]);
        },
        ["MultiHeadAttention, rotary, causal"] = static on => Of(
            on, new MultiHeadAttention(4, 1, rotary: new RotaryEmbedding(4), device: on, dtype: DType.Float64),
            static m => (x, _) => m.Forward(x, x, x, causal: true), [3, 1, 4]),
        ["MultiHeadAttention, added keys, with weights"] = static on => Of(
            on, new MultiHeadAttention(4, 2, addBiasKV: true, addZeroAttention: true, device: on, dtype: DType.Float64),
            static m => (x, _) =>
            {
                (Tensor output, Tensor weights) = m.ForwardWithWeights(x, x, x, causal: true);
                return Tensor.Concatenate([output.Flatten(), weights.Flatten(), m.Forward(x, x, x, causal: true).Flatten()]);
            },
            [3, 2, 4]),
        ["Transformer"] = static on => Of(
            on, new Transformer(2, 1, 1, 1, 2, 0, new GELU(), device: on, dtype: DType.Float64), static m => (x, y) => m.Forward(x, y[0], targetCausal: true),
            [3, 1, 2], [2, 1, 2]),
        ["TransformerEncoderLayer"] = static on => Of(
            on, new TransformerEncoderLayer(4, 2, 3, 0, new GELU(), device: on, dtype: DType.Float64), static m => (x, _) => m.Forward(x), [3, 2, 4]),
        ["TransformerEncoderLayer, norm first, causal"] = static on => Of(
            on, new TransformerEncoderLayer(4, 2, 3, 0, normFirst: true, device: on, dtype: DType.Float64), static m => (x, _) => m.Forward(x, null, causal: true),
            [3, 2, 4]),
        ["TransformerDecoderLayer"] = static on => Of(
            on, new TransformerDecoderLayer(4, 2, 3, 0, new GELU(), device: on, dtype: DType.Float64), static m => (x, y) => m.Forward(x, y[0], causal: true),
            [2, 2, 4], [3, 2, 4]),
        ["TransformerDecoderLayer, norm first"] = static on => Of(
            on, new TransformerDecoderLayer(4, 2, 3, 0, normFirst: true, device: on, dtype: DType.Float64), static m => (x, y) => m.Forward(x, y[0]),
            [2, 2, 4], [3, 2, 4]),
        ["RNN"] = static on => Of(
            on, new RNN(2, 3, bidirectional: true, device: on, dtype: DType.Float64), static m => (x, h) => m.Forward(x, h[0]).Output, [3, 2, 2], [2, 2, 3]),
        ["RNN, ReLU, ragged"] = static on => Of(
            on, new RNN(2, 3, nonlinearity: RecurrentNonlinearity.ReLU, device: on, dtype: DType.Float64),
            static m => (x, _) => m.Forward(x, null, [3, 1]).Output, [3, 2, 2]),
        ["LSTM"] = static on => Of(
            on, new LSTM(2, 3, 2, device: on, dtype: DType.Float64),
            static m => (x, h) =>
            {
                (Tensor output, (Tensor Hidden, Tensor Cell) state) = m.Forward(x, (h[0], h[1]));
                return Tensor.Concatenate([output.Flatten(), state.Hidden.Flatten(), state.Cell.Flatten()]);
            },
            [2, 2, 2], [2, 2, 3], [2, 2, 3]),
        ["LSTM, ragged, both directions"] = static on => Of(
            on, new LSTM(2, 2, bidirectional: true, batchFirst: true, bias: false, device: on, dtype: DType.Float64),
            static m => (x, _) => m.Forward(x, null, [1, 3]).Output, [2, 3, 2]),
        ["LSTM, projected"] = static on => Of(
            on, new LSTM(2, 3, bidirectional: true, projectionSize: 2, device: on, dtype: DType.Float64),
            static m => (x, h) => m.Forward(x, (h[0], h[1]), [3, 2]).Output, [3, 2, 2], [2, 2, 2], [2, 2, 3]),
        ["GRU"] = static on => Of(
            on, new GRU(2, 3, bidirectional: true, device: on, dtype: DType.Float64), static m => (x, h) => m.Forward(x, h[0]).Output, [3, 2, 2], [2, 2, 3]),
        ["LSTMCell"] = static on => Of(
            on, new LSTMCell(2, 3, device: on, dtype: DType.Float64), static m => (x, h) => Tensor.Stack([.. Both(m.Forward(x, (h[0], h[1])))]), [2, 2], [2, 3], [2, 3]),
        ["GRUCell"] = static on => Of(on, new GRUCell(2, 3, device: on, dtype: DType.Float64), static m => (x, h) => m.Forward(x, h[0]), [2, 2], [2, 3]),
        ["GroupNorm"] = static on => Of(on, new GroupNorm(2, 4, device: on, dtype: DType.Float64), static m => (x, _) => m.Forward(x), [2, 4, 3]),
        ["InstanceNorm"] = static on => Of(
            on, new InstanceNorm2D(3, affine: true, device: on, dtype: DType.Float64), static m => (x, _) => m.Forward(x), [2, 3, 2, 3]),
        ["LocalResponseNorm"] = static on => Of(on, new LocalResponseNorm(3, 0.5), static m => (x, _) => m.Forward(x), [2, 5, 3]),
        ["WeightNorm"] = static on => Of(
            on, new WeightNorm(new Conv1D(2, 3, 2, device: on, dtype: DType.Float64)), static m => (x, _) => m.Forward(x), [2, 2, 4]),
        ["SpectralNorm"] = static on => Of(
            on, new SpectralNorm(new Dense(3, 2, device: on, dtype: DType.Float64, generator: new Generator(4)), generator: new Generator(2)), static m => (x, _) => m.Forward(x), [4, 3]),
        ["Bilinear"] = static on => Of(on, new Bilinear(2, 3, 2, device: on, dtype: DType.Float64), static m => (x, y) => m.Forward(x, y[0]), [4, 2], [4, 3]),
        ["EmbeddingBag, sum"] = static on =>
        {
            Tensor indices = Tensor.From([0, 2, 2, 1, 3, 0], on);
            Tensor offsets = Tensor.From([0, 2, 2], on);
            return Of(
                on, new EmbeddingBag(4, 3, BagMode.Sum, device: on, dtype: DType.Float64), m => (weights, _) => m.Forward(indices, offsets, weights) * weights.Sum(), [6]);
        },
        ["EmbeddingBag, mean and largest"] = static on =>
        {
            Tensor indices = Tensor.From([0, 2, 2, 1, 3, 0], [2, 3], on);
            return Of(
                on, new EmbeddingBag(4, 3, paddingIndex: 1, device: on, dtype: DType.Float64),
                m => (x, _) => m.Forward(indices).Square() * (x + m.Weight.EmbeddingBag(indices, mode: BagMode.Max)), [2, 3]);
        },
        ["SmoothL1Loss"] = static on => Of(on, new SmoothL1Loss(0.7), [4, 3], [4, 3]),
        ["HuberLoss"] = static on => Of(on, new HuberLoss(0.7), [4, 3], [4, 3]),
        ["PoissonNLLLoss"] = static on => Of(on, new PoissonNLLLoss(), [4, 3], [4, 3]),
        ["GaussianNLLLoss"] = static on => Of(on, (x, y) => new GaussianNLLLoss().Compute(x, y[0].Square() + 0.3, y[1]), [4, 2], [4, 2], [4, 2]),
        ["KLDivergenceLoss"] = static on => Of(on, (x, y) => new KLDivergenceLoss(logTarget: true).Compute(x.LogSoftmax(), y[0].LogSoftmax()), [4, 3], [4, 3]),
        ["KLDivergenceLoss of probabilities"] = static on => Of(on, (x, y) => new KLDivergenceLoss(perRow: true).Compute(x.LogSoftmax(), y[0].Softmax()), [4, 3], [4, 3]),
        ["CosineEmbeddingLoss"] = static on => Of(
            on, (x, y) => new CosineEmbeddingLoss(-0.9).Compute(x, y[0], Tensor.From([1.0, -1, 1, -1], on)), [4, 3], [4, 3]),
        ["TripletMarginLoss"] = static on => Of(on, (x, y) => new TripletMarginLoss(2, 3, swap: true).Compute(x, y[0], y[1]), [4, 3], [4, 3], [4, 3]),
        ["MarginRankingLoss"] = static on => Of(
            on, (x, y) => new MarginRankingLoss(1).Compute(x.Square(), y[0].Exp(), Tensor.From([1.0, -1, 1, -1], on)), [4], [4]),
        ["HingeEmbeddingLoss"] = static on => Of(on, (x, _) => new HingeEmbeddingLoss().Compute(x.Square(), Tensor.From([1.0, -1, 1, -1], on)), [4]),
        ["SoftMarginLoss"] = static on => Of(on, (x, _) => new SoftMarginLoss().Compute(x, Tensor.From([1.0, -1, 1, -1], on)), [4]),
        ["MultiMarginLoss"] = static on => Of(
            on, (x, _) => new MultiMarginLoss(2, 1, Tensor.From([1.0, 2, 0.5], on)).Compute(x, Tensor.From([1L, 0, 2, 2], on)), [4, 3]),
        ["MultiLabelSoftMarginLoss"] = static on => Of(
            on, (x, _) => new MultiLabelSoftMarginLoss(Tensor.From([1.0, 2, 0.5], on)).Compute(x, Tensor.From(new[,] { { 1.0, 0, 1 }, { 0, 0, 1 } }, on)), [2, 3]),
        ["MultiLabelMarginLoss"] = static on => Of(
            on, (x, _) => new MultiLabelMarginLoss().Compute(x, Tensor.From(new[,] { { 1L, 0, -1 }, { 2, -1, 0 } }, on)), [2, 3]),
        ["FocalLoss"] = static on => Of(on, (x, _) => new FocalLoss().Compute(x, Tensor.From(new[,] { { 1.0, 0, 1 }, { 0, 0, 1 } }, on)), [2, 3]),
        ["NLLLoss"] = static on => Of(
            on, (x, _) => new NLLLoss(Tensor.From([1.0, 2, 0.5], on)).Compute(x.LogSoftmax(1).Square(), Tensor.From(new[,] { { 1L, 0 }, { 2, 2 } }, on)), [2, 3, 2]),
        ["CTCLoss"] = static on => Of(
            on, (x, _) => new CTCLoss().Compute(x.LogSoftmax(2), Tensor.From(new[,] { { 1L, 1 }, { 2, 1 } }, on), [4, 3], [2, 1]), [4, 2, 3]),
    };

    public static IEnumerable<object[]> Names => s_cases.Keys.Select(static name => new object[] { name });

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_and_their_gradients_agree_with_finite_differences(string name)
    {
        using TensorScope scope = Tensor.Scope();
        Case item = s_cases[name](Device.Cpu);
        for (int order = 1; order <= 2; order++)
        {
            double[][] analytic = Array.ConvertAll(Grad.Of(item.Value(order), item.Variables), static gradient => gradient.ToArray<double>());
            for (int i = 0; i < analytic.Length; i++)
            {
                double[] numeric = item.Differences(order, item.Variables[i]);
                Assert.All(analytic[i].Zip(numeric), pair => Assert.True(
                    Math.Abs(pair.First - pair.Second) <= 1e-6 * (1 + Math.Abs(pair.Second)),
                    FormattableString.Invariant($"order {order}, variable {i}: {pair.First} where the difference is {pair.Second}")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Kernels_give_what_the_CPU_gives(string name)
    {
        using TensorScope scope = Tensor.Scope();
        Case host = s_cases[name](Device.Cpu);
        Case gpu = s_cases[name](TestDevice.Gpu);
        Close(host.Value(0).ToArray<double>(), gpu.Value(0).ToArray<double>());
        for (int order = 1; order <= 2; order++)
        {
            Tensor[] expected = Grad.Of(host.Value(order), host.Variables);
            Tensor[] actual = Grad.Of(gpu.Value(order), gpu.Variables);
            Assert.All(expected.Zip(actual), static pair => Close(pair.First.ToArray<double>(), pair.Second.ToArray<double>()));
        }
    }

    [Theory]
    [InlineData("convolution")]
    [InlineData("LSTM")]
    [InlineData("transformer")]
    public void A_part_that_is_computed_again_gives_the_same_bits(string name)
    {
        using TensorScope scope = Tensor.Scope();
        float[][][] results = new float[2][][];
        for (int way = 0; way < 2; way++)
        {
            Generator generator = new(1);
            Module module = name switch
            {
                "convolution" => new Sequential(
                    new Conv2D(3, 5, 3, padding: 1, device: Device.Cpu, generator: generator), new BatchNorm(5, device: Device.Cpu), new ReLU(),
                    new Dropout(0.3, generator: generator), new MaxPool2D(2)),
                "LSTM" => new LSTM(6, 5, 2, dropout: 0.2, bidirectional: true, device: Device.Cpu, generator: generator),
                _ => new TransformerEncoderLayer(6, 2, 9, 0.2, device: Device.Cpu, generator: generator),
            };
            Tensor x = Tensor.Normal(name == "convolution" ? [4, 3, 6, 6] : [7, 3, 6], device: Device.Cpu, generator: generator).RequireGrad();
            Tensor y = way == 0 ? module.Forward(x) : Checkpoint.Run(module.Forward, x);
            (y * y.Detach().Sin()).Sum().Backward();
            results[way] = [y.ToArray<float>(), x.Gradient!.ToArray<float>(), .. module.Parameters().Select(static p => p.Gradient!.ToArray<float>())];
        }

        Assert.Equal(results[0], results[1]);
    }

    private static void Close(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-10 * (1 + Math.Abs(pair.First))));

    private static IEnumerable<Tensor> Both((Tensor Hidden, Tensor Cell) state) => [state.Hidden, state.Cell];

    private static Case Of<TModule>(Device on, TModule module, Func<TModule, Func<Tensor, Tensor[], Tensor>> function, params int[][] shapes)
        where TModule : Module
    {
        Generator generator = new(5);
        foreach (Parameter parameter in module.Parameters())
        {
            parameter.CopyFrom(Tensor.Normal(parameter.Shape, 0, 0.6, DType.Float64, Device.Cpu, generator).To(on));
        }

        // A spectral norm that trains changes its vectors in each pass.
        module.Eval();
        return new(Inputs(on, shapes), module, function(module));
    }

    private static Case Of(Device on, Func<Tensor, Tensor[], Tensor> function, params int[][] shapes) => new(Inputs(on, shapes), null, function);

    private static Case Of(Device on, Loss loss, params int[][] shapes) => Of(on, (x, y) => loss.Compute(x, y[0]), shapes);

    private static Tensor[] Inputs(Device on, int[][] shapes)
    {
        Generator generator = new(3);
        return [.. shapes.Select(shape => Tensor.Normal(new Shape(shape), 0, 1, DType.Float64, Device.Cpu, generator).To(on).RequireGrad())];
    }

    /// <summary>A function of some variables: inputs, and the parameters of a module.</summary>
    private sealed class Case(Tensor[] inputs, Module? module, Func<Tensor, Tensor[], Tensor> function)
    {
        internal Tensor[] Variables { get; } = [.. inputs, .. module?.Parameters() ?? []];

        /// <summary>The output; a weighted sum of it; or one of the gradients of that.</summary>
        internal Tensor Value(int order) => order switch
        {
            0 => function(inputs[0], inputs[1..]),
            1 => Weighted(Value(0), 1),
            _ => Grad.Of(Value(1), Variables, createGraph: true).Select(Weighted).Aggregate(static (sum, part) => sum + part),
        };

        internal double[] Differences(int order, Tensor variable)
        {
            const double step = 1e-5;
            double[] values = variable.Detach().ToArray<double>();
            double[] differences = new double[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                double At(double value)
                {
                    using TensorScope scope = Tensor.Scope();
                    double kept = values[i];
                    values[i] = value;
                    variable.CopyFrom<double>(values);
                    values[i] = kept;
                    return Value(order).Item();
                }

                differences[i] = (At(values[i] + step) - At(values[i] - step)) / (2 * step);
            }

            variable.CopyFrom<double>(values);
            return differences;
        }

        // Distinct weights, so that errors of different elements cannot cancel.
        private static Tensor Weighted(Tensor output, int salt) => (output * Tensor.From(
            [.. Enumerable.Range(0, output.Count).Select(i => Math.Sin((salt * 0.7) + (i * 1.3)) + 1.5)], output.Shape, output.Device)).Sum();
    }
}

using DeepSharp.Layers;
using DeepSharp.Persistence;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>State dicts that PyTorch wrote: they load by name, give PyTorch's numbers, and are written as PyTorch writes them.</summary>
public class StateDictTests
{
    private static readonly Dictionary<string, Func<Module>> s_networks = new()
    {
        ["cnn"] = static () => new ConvolutionNetwork(),
        ["lstm"] = static () => new Classifier(),
        ["encoder"] = static () => Encoder(normFirst: false),
        ["encoder_norm_first"] = static () => Encoder(normFirst: true),
        ["resnet18"] = static () => new ResNet18(8, 10),
    };

    private static readonly Dictionary<string, Func<Module>> s_layers = new()
    {
        ["linear"] = static () => new Dense(2, 3),
        ["linear, no bias"] = static () => new Dense(2, 3, bias: false),
        ["bilinear"] = static () => new Bilinear(2, 3, 2),
        ["conv1d"] = static () => new Conv1D(2, 4, 3, groups: 2),
        ["conv2d"] = static () => new Conv2D(2, 3, (1, 2), bias: false),
        ["conv3d"] = static () => new Conv3D(1, 2, (1, 2, 1)),
        ["conv_transpose1d"] = static () => new ConvTranspose1D(2, 4, 3, groups: 2),
        ["conv_transpose2d"] = static () => new ConvTranspose2D(2, 3, 2),
        ["conv_transpose3d"] = static () => new ConvTranspose3D(1, 2, (1, 2, 1)),
        ["batch_norm"] = static () => new BatchNorm(3),
        ["batch_norm, average of all"] = static () => new BatchNorm(3, momentum: null),
        ["batch_norm, plain"] = static () => new BatchNorm(3, affine: false, trackRunningStatistics: false),
        ["instance_norm"] = static () => new InstanceNorm1D(3),
        ["instance_norm, all"] = static () => new InstanceNorm2D(3, affine: true, trackRunningStatistics: true),
        ["layer_norm"] = static () => new LayerNorm([2, 3]),
        ["rms_norm"] = static () => new RMSNorm(3),
        ["group_norm"] = static () => new GroupNorm(2, 4),
        ["prelu"] = static () => new PReLU(3),
        ["embedding"] = static () => new Embedding(4, 2),
        ["embedding_bag"] = static () => new EmbeddingBag(4, 2),
        ["rnn"] = static () => new RNN(2, 3, 2, bidirectional: true),
        ["lstm"] = static () => new LSTM(2, 3, 2),
        ["gru"] = static () => new GRU(2, 3, bias: false, bidirectional: true),
        ["lstm, projection"] = static () => new LSTM(2, 4, 2, bidirectional: true, projectionSize: 3),
        ["rnn_cell"] = static () => new RNNCell(2, 3),
        ["lstm_cell"] = static () => new LSTMCell(2, 3),
        ["gru_cell"] = static () => new GRUCell(2, 3, bias: false),
        ["attention"] = static () => new MultiHeadAttention(4, 2),
        ["attention, widths"] = static () => new MultiHeadAttention(4, 2, bias: false, keyFeatures: 3, valueFeatures: 2),
        ["attention, added biases"] = static () => new MultiHeadAttention(4, 2, addBiasKV: true),
        ["encoder_layer"] = static () => new TransformerEncoderLayer(4, 2, 3),
        ["decoder_layer"] = static () => new TransformerDecoderLayer(4, 2, 3),
        ["transformer"] = static () => new Transformer(4, 2, 2, 1, 3),
        ["weight_norm"] = static () => new WeightNorm(new Dense(2, 3)),
        ["spectral_norm"] = static () => new SpectralNorm(new Dense(2, 3)),
    };

    public static IEnumerable<object[]> NetworkNames => Golden.Names("state_dicts", "network");

    public static IEnumerable<object[]> LayerNames => Golden.Names("state_dicts", "names");

    [Theory]
    [MemberData(nameof(NetworkNames))]
    public void Networks_take_PyTorchs_files_and_give_its_outputs(string name)
    {
        GoldenCase golden = Golden.Load("state_dicts")[name];
        using TensorScope scope = Tensor.Scope();
        Module model = s_networks[Short(name)]();
        model.LoadState(SafeTensors.Load(File(name), Device.Cpu));
        model.Eval();
        Close(golden.Outputs["eval"], model.Forward(golden.Inputs["input"].Tensor()));
    }

    [Theory]
    [MemberData(nameof(NetworkNames))]
    public void A_state_is_written_as_PyTorch_writes_it(string name)
    {
        using TensorScope scope = Tensor.Scope();
        using TemporaryFolder folder = new();
        Module model = s_networks[Short(name)]();
        model.LoadState(SafeTensors.Load(File(name), Device.Cpu));
        string path = folder["own.safetensors"];
        SafeTensors.Save(path, model.State(), new Dictionary<string, string> { ["format"] = "pt" });
        Assert.Equal(System.IO.File.ReadAllBytes(File(name)), System.IO.File.ReadAllBytes(path));
    }

    [Fact]
    public void A_step_of_training_gives_PyTorchs_gradients_and_statistics()
    {
        GoldenCase golden = Golden.Load("state_dicts")["network/cnn/float32"];
        using TensorScope scope = Tensor.Scope();
        ConvolutionNetwork model = new();
        model.LoadState(SafeTensors.Load(File(golden.Name), Device.Cpu));
        Tensor output = model.Forward(golden.Inputs["input"].Tensor());
        Close(golden.Outputs["train"], output);
        Tensor loss = new CrossEntropyLoss().Compute(output, golden.Inputs["target"].Tensor());
        Close(golden.Outputs["loss"], loss);
        loss.Backward();
        foreach ((string parameter, Parameter value) in model.NamedParameters())
        {
            Close(golden.Gradients[parameter], value.Gradient!);
        }

        Assert.Equal(golden.State.All.Count, model.NamedBuffers().Count());
        foreach ((string buffer, Tensor value) in model.NamedBuffers())
        {
            golden.State[buffer].Matches(value);
        }
    }

    [Theory]
    [MemberData(nameof(LayerNames))]
    public void Layers_have_PyTorchs_names_and_shapes(string name)
    {
        IReadOnlyList<GoldenArray> expected = Golden.Load("state_dicts")[name].State.All;
        IReadOnlyDictionary<string, Tensor> state = s_layers[Short(name)]().State();
        Assert.Equal(
            expected.Select(static array => $"{array.Name} {new Shape([.. array.Shape])} {array.DType}").Order(StringComparer.Ordinal),
            state.Select(static pair => $"{pair.Key} {pair.Value.Shape} {pair.Value.DType.ToString().ToLowerInvariant()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_count_of_batches_may_be_missing_where_it_decides_nothing()
    {
        using TensorScope scope = Tensor.Scope();
        foreach (double? momentum in (double?[])[0.1, null])
        {
            BatchNorm layer = new(2, momentum: momentum, device: Device.Cpu);
            _ = layer.Forward(Tensor.Normal([3, 2], device: Device.Cpu));
            Assert.Equal(1, layer.State()["num_batches_tracked"].ToArray<long>()[0]);
            Dictionary<string, Tensor> old = layer.State().Where(static pair => pair.Key != "num_batches_tracked").ToDictionary();
            if (momentum is null)
            {
                Assert.Contains("Missing: num_batches_tracked", Assert.Throws<ArgumentException>(() => layer.LoadState(old)).Message, StringComparison.Ordinal);
            }
            else
            {
                layer.LoadState(old);
            }

            layer.Eval();
            _ = layer.Forward(Tensor.Normal([3, 2], device: Device.Cpu));
            Assert.Equal(1, layer.State()["num_batches_tracked"].ToArray<long>()[0]);
        }
    }

    private static void Close(GoldenArray expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        expected.AssertClose(actual.ToArray<float>(), 1e-5, 1e-5);
    }

    private static string Short(string name) => name.Split('/')[1];

    private static string File(string name) => Path.Combine(AppContext.BaseDirectory, "golden", "state_dicts", $"{Short(name)}.safetensors");

    private static TransformerEncoder Encoder(bool normFirst) => new(
        [.. Enumerable.Range(0, 2).Select(_ => new TransformerEncoderLayer(8, 2, 16, batchFirst: true, normFirst: normFirst, device: Device.Cpu))],
        new LayerNorm(8, device: Device.Cpu));

    private static BatchNorm Norm(int channels) => new(channels, device: Device.Cpu);

    private static Conv2D Conv(int inputs, int outputs, int kernel, int stride = 1, bool bias = false) =>
        new(inputs, outputs, kernel, stride, kernel / 2, bias: bias, device: Device.Cpu);

    private sealed class ConvolutionNetwork : Module
    {
        private readonly Sequential _chain;

        internal ConvolutionNetwork() => _chain =
        [
            Add("conv1", Conv(3, 8, 3, bias: true)), Add("bn1", Norm(8)), new ReLU(), new MaxPool2D(2),
            Add("conv2", Conv(8, 12, 3)), Add("bn2", Norm(12)), new ReLU(), new MaxPool2D(2),
            new Flatten(), Add("fc1", new Dense(48, 16, device: Device.Cpu)), Add("bn3", Norm(16)), new ReLU(), Add("fc2", new Dense(16, 5, device: Device.Cpu)),
        ];

        public override Tensor Forward(Tensor input) => _chain.Forward(input);
    }

    private sealed class Classifier : Module
    {
        private readonly Embedding _embedding;
        private readonly LSTM _lstm;
        private readonly Dense _fc;

        internal Classifier()
        {
            _embedding = Add("embedding", new Embedding(20, 6, device: Device.Cpu));
            _lstm = Add("lstm", new LSTM(6, 7, 2, batchFirst: true, bidirectional: true, device: Device.Cpu));
            _fc = Add("fc", new Dense(14, 4, device: Device.Cpu));
        }

        public override Tensor Forward(Tensor input) => _fc.Forward(_lstm.Forward(_embedding.Forward(input)).Mean(1));
    }

    private sealed class Block : Module
    {
        private readonly Sequential _body;
        private readonly Sequential? _downsample;

        internal Block(int inputs, int outputs, int stride)
        {
            _body =
            [
                Add("conv1", Conv(inputs, outputs, 3, stride)), Add("bn1", Norm(outputs)), new ReLU(),
                Add("conv2", Conv(outputs, outputs, 3)), Add("bn2", Norm(outputs)),
            ];
            _downsample = stride == 1 && inputs == outputs
                ? null
                : Add("downsample", new Sequential(Conv(inputs, outputs, 1, stride), Norm(outputs)));
        }

        public override Tensor Forward(Tensor input) => (_body.Forward(input) + (_downsample?.Forward(input) ?? input)).ReLU();
    }

    private sealed class ResNet18 : Module
    {
        private readonly Sequential _chain;

        internal ResNet18(int width, int classes)
        {
            List<Module> chain = [Add("conv1", Conv(3, width, 7, 2)), Add("bn1", Norm(width)), new ReLU(), new MaxPool2D(3, 2, 1)];
            for (int stage = 0; stage < 4; stage++)
            {
                int outputs = width << stage;
                chain.Add(Add($"layer{stage + 1}", new Sequential(
                    stage == 0 ? new Block(outputs, outputs, 1) : new Block(outputs / 2, outputs, 2), new Block(outputs, outputs, 1))));
            }

            _chain = [.. chain, new AdaptiveAveragePool2D(1), new Flatten(), Add("fc", new Dense(8 * width, classes, device: Device.Cpu))];
        }

        public override Tensor Forward(Tensor input) => _chain.Forward(input);
    }
}

using DeepSharp.Exchange;
using DeepSharp.Layers;
using DeepSharp.Persistence;
using Microsoft.ML.OnnxRuntime;

namespace DeepSharp.Tests;

/// <summary>Exported networks, run by ONNX Runtime, and read back.</summary>
public class OnnxExporterTests
{
    private static readonly Dictionary<string, (Func<Module> Make, int[][] Shapes)> s_cases = Cases();

    public static TheoryData<string> Names => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void ONNX_Runtime_computes_what_the_layer_does(string name)
    {
        (Func<Module> make, int[][] shapes) = s_cases[name];
        using TemporaryFolder folder = new();
        Module model = make();
        model.Eval();
        Tensor[] inputs = [.. shapes.Select((shape, i) => Input(name, shape, i))];
        new OnnxExporter().Export(model, inputs, folder["m.onnx"]);
        Tensor expected = Forward(model, inputs);
        OnnxModelTests.Close(Run(folder["m.onnx"], inputs), expected, 1e-5);

        OnnxModel read = OnnxModel.Load(folder["m.onnx"]);
        read.Eval();
        Tensor again = read.Forward(read.InputNames.Zip(inputs).ToDictionary(static pair => pair.First, static pair => pair.Second))["output"];
        OnnxModelTests.Close(expected, again, 1e-5);
    }

    [Theory]
    [InlineData("cnn")]
    [InlineData("text")]
    [InlineData("recurrent")]
    public void What_PyTorch_exports_is_read_as_ONNX_Runtime_reads_it(string name)
    {
        string file = Path.Combine(AppContext.BaseDirectory, "files", $"{name}.onnx");
        Tensor x = Npz.Load(Path.ChangeExtension(file, "npz"))["x"];
        OnnxModel model = OnnxModel.Load(file);
        model.Eval();
        OnnxModelTests.Close(Run(file, x), model.Forward(x), 1e-5);
    }

    [Fact]
    public void Every_layer_is_tested_or_has_a_reason()
    {
        string[] unwritten = ["Lambda", "Fold", "Unfold", "RNNCell", "LSTMCell", "GRUCell"];
        HashSet<string> tested = [];
        foreach ((Func<Module> make, _) in s_cases.Values)
        {
            Stack<Module> open = new([make()]);
            while (open.TryPop(out Module? module))
            {
                tested.Add(module.GetType().Name);
                foreach ((string _, Module child) in module.Children)
                {
                    open.Push(child);
                }
            }
        }

        string[] layers = [.. typeof(Dense).Assembly.GetExportedTypes()
            .Where(static type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract && !type.Name.EndsWith("Loss", StringComparison.Ordinal))
            .Select(static type => type.Name)];
        Assert.Empty(layers.Except(tested).Except(unwritten));
        Assert.Empty(unwritten.Except(layers));
    }

    [Fact]
    public void The_batch_may_have_any_length_and_weights_have_their_names()
    {
        using TemporaryFolder folder = new();
        Sequential model = [new Conv2D(1, 4, 3), new BatchNorm(4), new ReLU(), new Flatten(), new Dense(64, 3)];
        model.Eval();
        new OnnxExporter { InputNames = ["image"], OutputName = "class" }.Export(model, Tensor.Zeros([1, 1, 6, 6]), folder["m.onnx"]);
        Tensor x = Tensor.Normal([5, 1, 6, 6], generator: new Generator(2));
        OnnxModelTests.Close(Run(folder["m.onnx"], x), model.Forward(x), 1e-5);
        Dictionary<string, Tensor> weights = OnnxWeights.Load(folder["m.onnx"]);
        Assert.Equal(model[4].State()["weight"].ToArray<float>(), weights["4.weight"].ToArray<float>());
        Sequential same = [new Conv2D(1, 4, 3), new BatchNorm(4), new ReLU(), new Flatten(), new Dense(64, 3)];
        same.LoadState(weights, strict: false);
        same.Eval();
        OnnxModelTests.Close(model.Forward(x), same.Forward(x), 0);
    }

    [Theory]
    [InlineData("weight", "output")]
    [InlineData("x", "bias")]
    [InlineData("x", "x")]
    [InlineData("", "output")]
    [InlineData("x", "")]
    public void Names_of_inputs_and_output_are_their_own(string input, string output)
    {
        using TemporaryFolder folder = new();
        OnnxExporter exporter = new() { InputNames = [input], OutputName = output };
        ArgumentException error = Assert.Throws<ArgumentException>(() => exporter.Export(new Dense(2, 2), Tensor.Zeros([1, 2]), folder["m.onnx"]));
        Assert.Contains($"'{(input is "x" ? output : input)}'", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["m.onnx"]));
    }

    [Fact]
    public void Nodes_do_not_take_the_name_of_the_output()
    {
        using TemporaryFolder folder = new();
        new OnnxExporter { OutputName = "Gemm_0_out" }.Export(new Dense(2, 2), Tensor.Zeros([1, 2]), folder["m.onnx"]);
        Assert.Equal(["Gemm_0_out"], OnnxModel.Load(folder["m.onnx"]).OutputNames);
    }

    [Fact]
    public void Batch_norm_is_folded_if_asked_to()
    {
        using TemporaryFolder folder = new();
        Sequential model = [new Conv2D(2, 4, 3), Moved(new BatchNorm(4)), new ReLU(), new Residual([new Conv2D(4, 4, 1), Moved(new BatchNorm(4))])];
        model.Eval();
        Tensor x = Tensor.Normal([2, 2, 6, 6], generator: new Generator(2));
        new OnnxExporter { FoldBatchNorm = true }.Export(model, x, folder["m.onnx"]);
        Assert.DoesNotContain("BatchNormalization", File.ReadAllText(folder["m.onnx"]), StringComparison.Ordinal);
        OnnxModelTests.Close(Run(folder["m.onnx"], x), model.Forward(x), 1e-5);
    }

    [Fact]
    public void An_imported_network_has_the_gradients_of_the_one_that_was_exported()
    {
        using TemporaryFolder folder = new();
        Sequential model = [new Conv2D(2, 4, 3), new BatchNorm(4), new GELU(), new Flatten(), new Dense(64, 6), new LayerNorm(6), new Dense(6, 3)];
        Tensor x = Tensor.Normal([4, 2, 6, 6], generator: new Generator(2));
        new OnnxExporter().Export(model, x, folder["m.onnx"]);
        OnnxModel read = OnnxModel.Load(folder["m.onnx"]);
        foreach (Module each in (Module[])[model, read])
        {
            each.Train();
            Tensor y = each.Forward(x);
            (y * y).Mean().Backward();
        }

        Dictionary<string, Parameter> own = model.NamedParameters().ToDictionary(static named => named.Name, static named => named.Value);
        (string Name, Parameter Value)[] there = [.. read.NamedParameters()];
        Assert.Equal(own.Keys.Order(), there.Select(static named => named.Name).Order());
        Assert.All(there, named => OnnxModelTests.Close(own[named.Name].Gradient!, named.Value.Gradient!, 1e-5));
        OnnxModelTests.Close(model.State()["1.running_var"], read.State()["1.running_var"], 1e-6);
    }

    [Fact]
    public void A_module_of_ones_own_is_written_by_the_writers_of_its_parts()
    {
        using TemporaryFolder folder = new();
        Twice model = new();
        Tensor x = Tensor.Normal([2, 3], generator: new Generator(1));
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => new OnnxExporter().Export(model, x, folder["m.onnx"]));
        Assert.Contains("Twice", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files);
        OnnxExporter exporter = new();
        exporter.AddWriter<Twice>(static (graph, twice, inputs) => graph.Write(twice.Layer, graph.Write(twice.Layer, inputs[0])));
        exporter.Export(model, x, folder["m.onnx"]);
        OnnxModelTests.Close(Run(folder["m.onnx"], x), model.Forward(x), 1e-5);
    }

    [Fact]
    public void A_causal_encoder_does_not_look_ahead()
    {
        using TemporaryFolder folder = new();
        Sequential holder = [new TransformerEncoder([new TransformerEncoderLayer(8, 2, 16, batchFirst: true, normFirst: true)], new LayerNorm(8))];
        holder.Eval();
        TransformerEncoder encoder = (TransformerEncoder)holder[0];
        OnnxExporter exporter = new();
        exporter.AddWriter<TransformerEncoder>(static (graph, module, inputs) => graph.Encoder(module, inputs[0], causal: true));
        Tensor x = Tensor.Normal([2, 5, 8], generator: new Generator(1));
        exporter.Export(holder, x, folder["m.onnx"]);
        OnnxModelTests.Close(Run(folder["m.onnx"], x), encoder.Forward(x, null, causal: true), 1e-5);
    }

    [Fact]
    public void Masks_and_tables_of_positions_are_no_parameters()
    {
        using TemporaryFolder folder = new();
        Sequential model =
        [
            new SinusoidalEncoding(8, batchFirst: true), new TransformerEncoder([new TransformerEncoderLayer(8, 2, 16, batchFirst: true, rotary: new RotaryEmbedding(4))]),
        ];
        OnnxExporter exporter = new();
        exporter.AddWriter<TransformerEncoder>(static (graph, module, inputs) => graph.Encoder(module, inputs[0], causal: true));
        exporter.Export(model, Tensor.Normal([2, 5, 8]), folder["m.onnx"]);
        Assert.Equal(
            model.NamedParameters().Select(static named => named.Name).Order(StringComparer.Ordinal),
            OnnxModel.Load(folder["m.onnx"]).NamedParameters().Select(static named => named.Name).Order(StringComparer.Ordinal));
    }

    private static BatchNorm Moved(BatchNorm norm)
    {
        norm.RunningMean.CopyFrom(Tensor.Uniform(norm.Features, -1, 1, generator: new Generator(4)));
        norm.RunningVariance.CopyFrom(Tensor.Uniform(norm.Features, 0.5, 2, generator: new Generator(5)));
        return norm;
    }

    private static Tensor Input(string name, int[] shape, int i) => name.Contains(": Embedding", StringComparison.Ordinal)
        ? Tensor.Uniform(new Shape(shape), 0, 7, generator: new Generator((ulong)i + 3)).To(DType.Int64)
        : Tensor.Normal(new Shape(shape), generator: new Generator((ulong)i + 3)) * 2;

    private static Tensor Forward(Module model, Tensor[] inputs) => model switch
    {
        Bilinear bilinear => bilinear.Forward(inputs[0], inputs[1]),
        MultiHeadAttention attention when inputs.Length == 3 => attention.Forward(inputs[0], inputs[1], inputs[2]),
        TransformerDecoder decoder => decoder.Forward(inputs[0], inputs[1]),
        TransformerDecoderLayer decoder => decoder.Forward(inputs[0], inputs[1]),
        Transformer transformer => transformer.Forward(inputs[0], inputs[1]),
        _ => model.Forward(inputs[0]),
    };

    internal static Tensor Run(string file, params Tensor[] inputs)
    {
        using SessionOptions quiet = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = 1 };
        using InferenceSession session = new(file, quiet);
        using RunOptions options = new();
        OrtValue[] values = [.. inputs.Select(static x => x.DType == DType.Int64
            ? OrtValue.CreateTensorValueFromMemory(x.ToArray<long>(), [.. x.Shape.ToArray().Select(static length => (long)length)])
            : OrtValue.CreateTensorValueFromMemory(x.ToArray<float>(), [.. x.Shape.ToArray().Select(static length => (long)length)]))];
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, [.. session.InputNames], values, session.OutputNames);
        int[] shape = [.. results[0].GetTensorTypeAndShape().Shape.Select(static length => (int)length)];
        return Tensor.From(results[0].GetTensorDataAsSpan<float>().ToArray(), new Shape(shape));
    }

    private static Dictionary<string, (Func<Module> Make, int[][] Shapes)> Cases()
    {
        Dictionary<string, (Func<Module> Make, int[][] Shapes)> all = [];
        Add([[2, 6]], () => new Dense(6, 3), () => new Dense(6, 3, bias: false), () => new Softmax(), () => new LogSoftmax(), () => new Softmin(), () => new GLU(), () => new SwiGLU());
        Add(
            [[2, 3, 6]], () => new Dense(6, 3), () => new ReLU(), () => new LeakyReLU(0.1), () => new ELU(0.7), () => new CELU(0.7), () => new SELU(), () => new GELU(),
            () => new GELU(true), () => new SiLU(), () => new Sigmoid(), () => new Tanh(), () => new Softplus(), () => new Softplus(2, 3), () => new Mish(), () => new Hardswish(),
            () => new Hardsigmoid(), () => new Hardtanh(-0.5, 0.8), () => new ReLU6(), () => new Hardshrink(), () => new Softshrink(), () => new Tanhshrink(),
            () => new Threshold(0.3, -2), () => new LogSigmoid(), () => new Softsign(), () => new PReLU(), () => new PReLU(3), () => new Softmax(1), () => new Flatten(),
            () => new Flatten(0, 1), () => new Reshape(6, 3), () => new Unflatten(2, 2, 3), () => new Dropout(), () => new AlphaDropout(), () => new Dropout1D(),
            () => new LayerNorm(6), () => new LayerNorm(new Shape(3, 6), affine: false), () => new RMSNorm(6), () => new RMSNorm(new Shape(3, 6), 1e-3),
            () => new Normalization(6), () => new Residual(new Dense(6, 6)), () => new Branches(new Dense(6, 4), new Dense(6, 4)), () => new Concat(-1, new Dense(6, 4), new ReLU()),
            () => new Ensemble([new Dense(6, 4), new Dense(6, 4)]), () => new Ensemble([new Dense(6, 4), new Dense(6, 4)], EnsembleAverage.Probabilities),
            () => new WeightNorm(new Dense(6, 4)), () => new SpectralNorm(new Dense(6, 4)), () => new InstanceNorm1D(3), () => Moved(new BatchNorm(3)),
            () => new LSTM(6, 4), () => new LSTM(6, 4, 2, batchFirst: true, bidirectional: true), () => new GRU(6, 4, 2, bias: false), () => new GRU(6, 4, batchFirst: true, bidirectional: true),
            () => new RNN(6, 4), () => new RNN(6, 4, 1, RecurrentNonlinearity.ReLU, bidirectional: true), () => new LearnedEncoding(6, 9), () => new LearnedEncoding(6, 9, batchFirst: true),
            () => new SinusoidalEncoding(6, 9), () => new SinusoidalEncoding(6, 9, batchFirst: true), () => new RotaryEmbedding(6),
            () => new MultiHeadAttention(6, 2, batchFirst: true), () => new MultiHeadAttention(6, 2, bias: false), () => new MultiHeadAttention(6, 3, batchFirst: true, rotary: new RotaryEmbedding(2)),
            () => new TransformerEncoderLayer(6, 2, 8), () => new TransformerEncoder([new TransformerEncoderLayer(6, 2, 8, batchFirst: true, normFirst: true)], new LayerNorm(6)),
            () => new Conv1D(3, 4, 3, padding: ConvolutionPadding.Same), () => new Conv1D(3, 4, 3, padding: 1, paddingMode: PaddingMode.Reflect),
            () => new ConvTranspose1D(3, 4, 3, 2, 1, 1), () => new MaxPool1D(2), () => new AveragePool1D(3, 2, 1), () => new AdaptiveMaxPool1D(3), () => new AdaptiveAveragePool1D(2),
            () => new ZeroPad1D(1, 2), () => new ConstantPad1D([1, 2], 0.5), () => new ReflectionPad1D(2), () => new ReplicationPad1D(2), () => new CircularPad1D(1, 2));
        Add(
            [[2, 4, 6, 8]], () => new Conv2D(4, 6, 3, 2, 1), () => new Conv2D(4, 8, (3, 2), dilation: 2, groups: 2, bias: false), () => new Conv2D(4, 4, 3, padding: 1, paddingMode: PaddingMode.Circular),
            () => new Conv2D(4, 4, 2, padding: ConvolutionPadding.Same), () => new ConvTranspose2D(4, 6, 3, 2, 1, 1, 2), () => new MaxPool2D(3, 2, 1, ceilMode: true), () => new MaxPool2D(2, 1, dilation: 2),
            () => new AveragePool2D(3, 2, 1), () => new AveragePool2D(3, 2, 1, countIncludePad: false), () => new AveragePool2D(2, divisor: 3), () => new AveragePool2D(4, 3, ceilMode: true, countIncludePad: false),
            () => new AdaptiveMaxPool2D(2), () => new AdaptiveAveragePool2D(1), () => new AdaptiveAveragePool2D((3, 2)), () => Moved(new BatchNorm(4)), () => new GroupNorm(2, 4),
            () => new InstanceNorm2D(4, affine: true), () => new InstanceNorm2D(4, trackRunningStatistics: true), () => new LocalResponseNorm(3, 0.1), () => new Dropout2D(),
            () => new PixelShuffle(2), () => new PixelUnshuffle(2), () => new ChannelShuffle(2), () => new ZeroPad2D(1, 2, 0, 1), () => new ConstantPad2D([1], 2), () => new ReflectionPad2D(1),
            () => new ReplicationPad2D(2), () => new CircularPad2D(1, 2, 2, 0), () => new Upsample(scaleFactor: [2]), () => new Upsample((9, 12), mode: Interpolation.NearestExact),
            () => new Upsample(scaleFactor: [2, 3], mode: Interpolation.Linear), () => new Upsample((9, 12), mode: Interpolation.Linear, alignCorners: true),
            () => new Upsample(scaleFactor: [2], mode: Interpolation.Cubic), () => new WeightNorm(new Conv2D(4, 2, 3)),
            () => new Sequential(new Conv2D(4, 2, 3), Moved(new BatchNorm(2)), new ReLU(), new Flatten(), new Dense(48, 2)));
        Add(
            [[1, 2, 4, 4, 4]], () => new Conv3D(2, 3, 2), () => new ConvTranspose3D(2, 3, 2, 2), () => new MaxPool3D(2), () => new AveragePool3D(2), () => new AdaptiveMaxPool3D(2),
            () => new AdaptiveAveragePool3D(2), () => new InstanceNorm3D(2), () => new Dropout3D(), () => new ZeroPad3D(1), () => new ConstantPad3D([1], 3), () => new ReflectionPad3D(1),
            () => new ReplicationPad3D(1), () => new CircularPad3D(1));
        Add([[2, 5]], () => new Embedding(7, 3), () => new EmbeddingBag(7, 3), () => new EmbeddingBag(7, 3, BagMode.Sum), () => new EmbeddingBag(7, 3, BagMode.Max));
        Add([[2, 3], [2, 4]], () => new Bilinear(3, 4, 5));
        Add([[2, 3, 6], [2, 4, 6], [2, 4, 6]], () => new MultiHeadAttention(6, 2, batchFirst: true));
        Add(
            [[2, 3, 6], [2, 4, 6]], () => new TransformerDecoderLayer(6, 2, 8, batchFirst: true), () => new TransformerDecoder([new TransformerDecoderLayer(6, 2, 8, batchFirst: true, normFirst: true)]),
            () => new Transformer(6, 2, 1, 1, 8, batchFirst: true));
        return all;

        void Add(int[][] shapes, params Func<Module>[] makers)
        {
            foreach (Func<Module> make in makers)
            {
                string name = $"{all.Count}: {make().ToString()!.Split('\n')[0]}";
                all.Add(name, (make, shapes));
            }
        }
    }

    private sealed class Twice : Module
    {
        internal Twice() => Layer = Add("layer", new Dense(3, 3));

        internal Dense Layer { get; }

        public override Tensor Forward(Tensor input) => Layer.Forward(Layer.Forward(input));
    }
}

using DeepSharp.Layers;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Layers of attention, transformers and encodings of positions against PyTorch, with its parameters by name.</summary>
public class AttentionGoldens
{
    private static readonly string[] s_given = ["input", "query", "key", "value", "memory", "source", "target", "padding", "mask"];

    public static IEnumerable<object[]> MultiHeadNames => Golden.Names("attention", "multi_head");

    public static IEnumerable<object[]> WeightNames => Golden.Names("attention", "weights");

    public static IEnumerable<object[]> TransformerNames => Golden.Names("attention", "transformer");

    public static IEnumerable<object[]> EncoderNames => Golden.Names("attention", "encoder");

    public static IEnumerable<object[]> DecoderNames => Golden.Names("attention", "decoder");

    public static IEnumerable<object[]> SinusoidalNames => Golden.Names("attention", "sinusoidal");

    public static IEnumerable<object[]> RotaryNames => Golden.Names("attention", "rotary");

    [Theory]
    [MemberData(nameof(MultiHeadNames))]
    public void MultiHeadAttention_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        GoldenOptions options = golden.Options;
        MultiHeadAttention layer = new(
            options.Integer("features"), options.Integer("heads"), 0, options.Flag("bias"), false, false, options.IsNull("kdim") ? null : options.Integer("kdim"),
            options.IsNull("vdim") ? null : options.Integer("vdim"), options.Flag("batch_first"), null, Of(golden), Device.Cpu);
        Check(golden, layer, x => layer.Forward(
            x["query"], x.GetValueOrDefault("key") ?? x["query"], x.GetValueOrDefault("value") ?? x["query"], x.GetValueOrDefault("padding"),
            x.GetValueOrDefault("mask"), options.Flag("causal")));
    }

    [Theory]
    [MemberData(nameof(WeightNames))]
    public void Added_keys_and_the_weights_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        GoldenOptions options = golden.Options;
        MultiHeadAttention layer = new(
            4, 2, 0, options.Flag("bias"), options.Flag("add_bias_kv"), options.Flag("add_zero_attn"), batchFirst: options.Flag("batch_first"), dtype: Of(golden),
            device: Device.Cpu);
        Check(golden, layer, x =>
        {
            // The block by block form gives the same output.
            Tensor? mask = x.GetValueOrDefault("mask");
            golden.Outputs["output"].Matches(
                layer.Forward(x["query"], x["key"], x["value"], x.GetValueOrDefault("padding"), mask, options.Flag("causal")), 5);
            (Tensor output, Tensor weights) = layer.ForwardWithWeights(
                x["query"], x["key"], x["value"], x.GetValueOrDefault("padding"), mask, options.Flag("causal"), options.Flag("average"));
            return [("output", output), ("weights", weights)];
        });
    }

    [Theory]
    [MemberData(nameof(TransformerNames))]
    public void Transformer_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        Transformer model = new(
            4, 2, 2, 1, 6, 0, batchFirst: golden.Options.Flag("batch_first"), normFirst: golden.Options.Flag("norm_first"), dtype: Of(golden), device: Device.Cpu);
        Check(golden, model, x => model.Forward(
            x["source"], x["target"], x["mask"], sourceKeyPaddingMask: x["padding"], memoryKeyPaddingMask: x["padding"], targetCausal: true));
    }

    [Theory]
    [MemberData(nameof(EncoderNames))]
    public void TransformerEncoder_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        bool first = golden.Options.Flag("batch_first");
        TransformerEncoder model = new(
            [.. Enumerable.Range(0, 2).Select(_ => new TransformerEncoderLayer(
                4, 2, 6, 0, ActivationOf(golden), 1e-5, first, golden.Options.Flag("norm_first"), null, Of(golden), Device.Cpu))],
            new LayerNorm(4, dtype: Of(golden), device: Device.Cpu));
        Check(golden, model, x => model.Forward(x["input"], null, x["padding"], causal: true));
    }

    [Theory]
    [MemberData(nameof(DecoderNames))]
    public void TransformerDecoder_agrees_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        bool first = golden.Options.Flag("batch_first");
        TransformerDecoder model = new(
            [.. Enumerable.Range(0, 2).Select(_ => new TransformerDecoderLayer(
                4, 2, 6, 0, ActivationOf(golden), 1e-5, first, golden.Options.Flag("norm_first"), null, Of(golden), Device.Cpu))]);
        Check(golden, model, x => model.Forward(x["input"], x["memory"], memoryKeyPaddingMask: x["padding"], causal: true));
    }

    [Theory]
    [MemberData(nameof(SinusoidalNames))]
    public void SinusoidalEncoding_agrees_with_its_formula(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        SinusoidalEncoding layer = new(golden.Options.Integer("features"), 9, dtype: Of(golden), device: Device.Cpu);
        Check(golden, layer, x => layer.Forward(x["input"]));
    }

    [Theory]
    [MemberData(nameof(RotaryNames))]
    public void RotaryEmbedding_agrees_with_complex_numbers(string name)
    {
        GoldenCase golden = Golden.Load("attention")[name];
        RotaryEmbedding layer = new(golden.Options.Integer("features"));
        Check(golden, layer, x => layer.Forward(x["input"], golden.Options.Integer("start")));
    }

    private static DType Of(GoldenCase golden) => golden.DType == "float32" ? DType.Float32 : DType.Float64;

    private static Module ActivationOf(GoldenCase golden) => golden.Options.Text("activation") == "gelu" ? new GELU() : new ReLU();

    private static void Check(GoldenCase golden, Module module, Func<Dictionary<string, Tensor>, Tensor> run) =>
        Check(golden, module, inputs => [("output", run(inputs))]);

    private static void Check(GoldenCase golden, Module module, Func<Dictionary<string, Tensor>, (string Name, Tensor Value)[]> run)
    {
        using TensorScope scope = Tensor.Scope();
        Dictionary<string, Tensor> inputs = golden.Inputs.All.ToDictionary(static array => array.Name, static array => array.Tensor());
        module.LoadState(inputs.Where(static pair => !s_given.Contains(pair.Key)).ToDictionary());
        foreach (string given in s_given.Where(golden.Gradients.Contains))
        {
            inputs[given].RequireGrad();
        }

        Tensor total = Tensor.Scalar(0, Of(golden), Device.Cpu);
        foreach ((string name, Tensor value) in run(inputs))
        {
            golden.Outputs[name].Matches(value, 5);
            total += (value * golden.OutputGradients[name].Tensor()).Sum();
        }

        total.Backward();
        Dictionary<string, Parameter> parameters = module.NamedParameters().ToDictionary(static named => named.Name, static named => named.Value);
        foreach (GoldenArray gradient in golden.Gradients.All)
        {
            gradient.Matches((parameters.TryGetValue(gradient.Name, out Parameter? own) ? own : inputs[gradient.Name]).Gradient!, 5);
        }
    }
}

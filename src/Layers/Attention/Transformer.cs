namespace DeepSharp.Layers;

/// <summary>An encoder and a decoder that looks at what it puts out, each with a norm at the end. Vaswani et al. 2017.</summary>
/// <remarks>
/// Inputs [positions, batch, features], [batch, positions, features] with batchFirst, or [positions, features]; what is embedded, with its positions.
/// Names as in PyTorch: <c>encoder.layers.0…</c>, <c>encoder.norm…</c>, <c>decoder.layers.0…</c>, <c>decoder.norm…</c>. All matrices begin as
/// <see cref="GlorotUniform"/> draws them.
/// </remarks>
public sealed class Transformer : Module
{
    /// <summary>A transformer with weights drawn at random.</summary>
    /// <param name="features">The features of inputs and output.</param>
    /// <param name="heads">The number of heads, which divides the features.</param>
    /// <param name="encoderLayers">The layers of the encoder.</param>
    /// <param name="decoderLayers">The layers of the decoder.</param>
    /// <param name="hidden">The features inside the network for each position.</param>
    /// <param name="dropout">The probability with which numbers are dropped in training, in [0, 1).</param>
    /// <param name="activation">The function inside that network; <see cref="ReLU"/> if null.</param>
    /// <param name="epsilon">Keeps the divisors of the norms from zero.</param>
    /// <param name="batchFirst">Whether the first axis of inputs and output is the batch.</param>
    /// <param name="normFirst">Whether a part normalises what goes into it, and not the sum behind it.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; see <see cref="MultiHeadAttention"/>.</exception>
    public Transformer(
        int features = 512, int heads = 8, int encoderLayers = 6, int decoderLayers = 6, int hidden = 2048, double dropout = 0.1, Module? activation = null,
        double epsilon = 1e-5, bool batchFirst = false, bool normFirst = false, DType dtype = DType.Float32, Device? device = null,
        Generator? generator = null)
    {
        Bounds.AtLeast(1, encoderLayers, nameof(Transformer));
        Bounds.AtLeast(1, decoderLayers, nameof(Transformer));
        Encoder = Add("encoder", new TransformerEncoder(
            [.. Enumerable.Range(0, encoderLayers).Select(_ => new TransformerEncoderLayer(
                features, heads, hidden, dropout, activation, epsilon, batchFirst, normFirst, null, dtype, device, generator))],
            new LayerNorm(features, epsilon, dtype: dtype, device: device)));
        Decoder = Add("decoder", new TransformerDecoder(
            [.. Enumerable.Range(0, decoderLayers).Select(_ => new TransformerDecoderLayer(
                features, heads, hidden, dropout, activation, epsilon, batchFirst, normFirst, null, dtype, device, generator))],
            new LayerNorm(features, epsilon, dtype: dtype, device: device)));
        GlorotUniform glorot = new();
        using TensorScope scope = Tensor.Scope();
        foreach (Parameter parameter in Parameters().Where(static parameter => parameter.Rank > 1))
        {
            parameter.CopyFrom(glorot.Create(parameter.Shape, dtype, device, generator));
        }
    }

    /// <summary>The encoder.</summary>
    public TransformerEncoder Encoder { get; }

    /// <summary>The decoder.</summary>
    public TransformerDecoder Decoder { get; }

    /// <summary>The decoder's output for a sequence that is its own source.</summary>
    /// <param name="input">Source and target; see the class.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, input);

    /// <summary>The decoder's output, [target positions, batch, features].</summary>
    /// <remarks>For generation, run <see cref="Encoder"/> once and <see cref="Decoder"/>, with a <see cref="KeyValueCache"/>, for each new position.</remarks>
    /// <param name="source">What the encoder sees; see the class.</param>
    /// <param name="target">What the decoder has put out so far.</param>
    /// <param name="sourceMask">What a position of the source may look at; see <see cref="MultiHeadAttention"/>.</param>
    /// <param name="targetMask">What a position of the target may look at in the target.</param>
    /// <param name="memoryMask">What it may look at in the source.</param>
    /// <param name="sourceKeyPaddingMask">Bool, [batch, source positions]: false for positions of the source that stand for nothing, to the encoder.</param>
    /// <param name="targetKeyPaddingMask">Bool, [batch, target positions]: likewise in the target.</param>
    /// <param name="memoryKeyPaddingMask">Bool, [batch, source positions]: likewise in the source, to the decoder.</param>
    /// <param name="sourceCausal">Whether a position of the source sees those up to itself only.</param>
    /// <param name="targetCausal">Whether a position of the target sees those of the target up to itself only.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Forward(
        Tensor source, Tensor target, Tensor? sourceMask = null, Tensor? targetMask = null, Tensor? memoryMask = null, Tensor? sourceKeyPaddingMask = null,
        Tensor? targetKeyPaddingMask = null, Tensor? memoryKeyPaddingMask = null, bool sourceCausal = false, bool targetCausal = false) => Decoder.Forward(
        target, Encoder.Forward(source, sourceMask, sourceKeyPaddingMask, sourceCausal), targetMask, memoryMask, targetKeyPaddingMask, memoryKeyPaddingMask,
        targetCausal);
}

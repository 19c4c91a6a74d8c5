namespace DeepSharp.Layers;

/// <summary>
/// A layer of a transformer: attention of a sequence to itself, then a network for each position, each added to what went around it and
/// normalised. Vaswani et al. 2017; with norm first, Xiong et al. 2020. With a causal mask it is a layer of a language model.
/// </summary>
/// <remarks>
/// Input [positions, batch, features], [batch, positions, features] with batchFirst, or [positions, features]. Parameters have PyTorch's names:
/// <c>self_attn…</c>, <c>linear1…</c>, <c>linear2…</c>, <c>norm1…</c>, <c>norm2…</c>.
/// </remarks>
public sealed class TransformerEncoderLayer : TransformerLayer
{
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;

    /// <summary>A layer with weights drawn at random.</summary>
    /// <param name="features">The features of an input.</param>
    /// <param name="heads">The number of heads, which divides the features.</param>
    /// <param name="hidden">The features inside the network for each position.</param>
    /// <param name="dropout">The probability with which numbers are dropped in training, in [0, 1).</param>
    /// <param name="activation">The function inside that network; <see cref="ReLU"/> if null.</param>
    /// <param name="epsilon">Keeps the divisors of the norms from zero.</param>
    /// <param name="batchFirst">Whether the first axis of the input is the batch.</param>
    /// <param name="normFirst">Whether a part normalises what goes into it, and not the sum behind it.</param>
    /// <param name="rotary">Turns queries and keys by their positions; null for none.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; see <see cref="MultiHeadAttention"/>.</exception>
    public TransformerEncoderLayer(
        int features, int heads, int hidden = 2048, double dropout = 0.1, Module? activation = null, double epsilon = 1e-5, bool batchFirst = false,
        bool normFirst = false, RotaryEmbedding? rotary = null, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
        : base(features, heads, hidden, dropout, activation, batchFirst, normFirst, dtype, device, generator, rotary)
    {
        _norm1 = Add("norm1", new LayerNorm(features, epsilon, dtype: dtype, device: device));
        _norm2 = Add("norm2", new LayerNorm(features, epsilon, dtype: dtype, device: device));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The output.</summary>
    /// <param name="input">The input; see the class.</param>
    /// <param name="mask">What a position may look at; see <see cref="MultiHeadAttention"/>.</param>
    /// <param name="keyPaddingMask">Bool, [batch, positions]: false for positions that stand for nothing.</param>
    /// <param name="causal">Whether a position sees those up to itself only.</param>
    /// <param name="cache">What has been seen before, for generation.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Forward(Tensor input, Tensor? mask, Tensor? keyPaddingMask = null, bool causal = false, KeyValueCache? cache = null) => Chain(
        input,
        [(_norm1, x => Dropped(SelfAttention.Forward(x, x, x, keyPaddingMask, mask, causal, cache))), (_norm2, FeedForward)]);
}

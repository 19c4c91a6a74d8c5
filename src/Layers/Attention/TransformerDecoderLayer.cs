namespace DeepSharp.Layers;

/// <summary>
/// A layer of a transformer's decoder: attention of a sequence to itself, to a memory (what an encoder put out), and a network for each
/// position, each added to what went around it and normalised. Vaswani et al. 2017.
/// </summary>
/// <remarks>
/// Input [positions, batch, features], [batch, positions, features] with batchFirst, or [positions, features]. Parameters have PyTorch's names:
/// <c>self_attn…</c>, <c>multihead_attn…</c>, <c>linear1…</c>, <c>linear2…</c>, <c>norm1…</c> to <c>norm3…</c>.
/// </remarks>
public sealed class TransformerDecoderLayer : TransformerLayer
{
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;
    private readonly LayerNorm _norm3;

    /// <inheritdoc cref="TransformerEncoderLayer(int, int, int, double, Module?, double, bool, bool, RotaryEmbedding?, DType, Device?, Generator?)"/>
    public TransformerDecoderLayer(
        int features, int heads, int hidden = 2048, double dropout = 0.1, Module? activation = null, double epsilon = 1e-5, bool batchFirst = false,
        bool normFirst = false, RotaryEmbedding? rotary = null, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
        : base(features, heads, hidden, dropout, activation, batchFirst, normFirst, dtype, device, generator, rotary)
    {
        _norm1 = Add("norm1", new LayerNorm(features, epsilon, dtype: dtype, device: device));
        _norm2 = Add("norm2", new LayerNorm(features, epsilon, dtype: dtype, device: device));
        _norm3 = Add("norm3", new LayerNorm(features, epsilon, dtype: dtype, device: device));
    }

    /// <summary>The output where the sequence is its own memory.</summary>
    /// <param name="input">The input; see the class.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, input);

    /// <summary>The output.</summary>
    /// <param name="input">The input; see the class.</param>
    /// <param name="memory">What the second attention looks at, [memory positions, batch, features].</param>
    /// <param name="mask">What a position may look at among its own; see <see cref="MultiHeadAttention"/>.</param>
    /// <param name="memoryMask">What a position may look at in the memory.</param>
    /// <param name="keyPaddingMask">Bool, [batch, positions]: false for positions that stand for nothing.</param>
    /// <param name="memoryKeyPaddingMask">Bool, [batch, memory positions]: likewise in the memory.</param>
    /// <param name="causal">Whether a position sees those of its own sequence up to itself only.</param>
    /// <param name="cache">What has been seen before of its own sequence, for generation.</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Forward(
        Tensor input, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? keyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null, bool causal = false, KeyValueCache? cache = null) => Chain(
        input,
        [
            (_norm1, x => Dropped(SelfAttention.Forward(x, x, x, keyPaddingMask, mask, causal, cache))),
            (_norm2, x => Dropped(CrossAttention!.Forward(x, memory, memory, memoryKeyPaddingMask, memoryMask))),
            (_norm3, FeedForward),
        ]);
}

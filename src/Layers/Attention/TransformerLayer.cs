namespace DeepSharp.Layers;

/// <summary>What the layers of a transformer have in common: a feed-forward network, and sums with what went around a part.</summary>
public abstract class TransformerLayer : Module
{
    private readonly Dense _first;
    private readonly Dense _second;
    private readonly Module _activation;
    private readonly Generator? _generator;

    private protected TransformerLayer(
        int features, int heads, int hidden, double dropout, Module? activation, bool batchFirst, bool normFirst, DType dtype, Device? device,
        Generator? generator, RotaryEmbedding? rotary)
    {
        Bounds.AtLeast(1, hidden, GetType().Name);
        (Dropout, NormFirst, _generator) = (dropout, normFirst, generator);
        SelfAttention = Add(
            "self_attn", new MultiHeadAttention(features, heads, dropout, batchFirst: batchFirst, rotary: rotary, dtype: dtype, device: device, generator: generator));
        if (this is TransformerDecoderLayer)
        {
            CrossAttention = Add(
                "multihead_attn", new MultiHeadAttention(features, heads, dropout, batchFirst: batchFirst, dtype: dtype, device: device, generator: generator));
        }

        _first = Add("linear1", new Dense(features, hidden, dtype: dtype, device: device, generator: generator));
        _second = Add("linear2", new Dense(hidden, features, dtype: dtype, device: device, generator: generator));
        _activation = Add("activation", activation ?? new ReLU());
    }

    /// <summary>The attention of the sequence to itself.</summary>
    public MultiHeadAttention SelfAttention { get; }

    /// <summary>The probability with which numbers are dropped in training.</summary>
    public double Dropout { get; }

    /// <summary>Whether a part normalises what goes into it, and not the sum behind it.</summary>
    public bool NormFirst { get; }

    /// <inheritdoc/>
    protected internal override Generator? RandomSource => _generator;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{GetType().Name}({SelfAttention.Features}, {SelfAttention.Heads} heads, {_first.Outputs} hidden{(Dropout > 0 ? $", dropout {Dropout}" : string.Empty)}"
        + $"{(SelfAttention.BatchFirst ? ", batch first" : string.Empty)}{(NormFirst ? ", norm first" : string.Empty)})";

    private protected MultiHeadAttention? CrossAttention { get; }

    private protected Tensor FeedForward(Tensor x) => Dropped(_second.Forward(Dropped(
        _activation is IActivation fused ? fused.After(_first, x) : _activation.Forward(_first.Forward(x)))));

    private protected Tensor Dropped(Tensor x) => IsTraining && Dropout > 0 ? x.Dropout(Dropout, _generator) : x;

    /// <summary>Parts, each with its sum and norm: norm(x + part(x)), or x + part(norm(x)).</summary>
    private protected Tensor Chain(Tensor x, ReadOnlySpan<(LayerNorm Norm, Func<Tensor, Tensor> Part)> parts)
    {
        if (!NormFirst)
        {
            foreach ((LayerNorm norm, Func<Tensor, Tensor> part) in parts)
            {
                x = norm.Forward(part(x), x);
            }

            return x;
        }

        // A norm adds what the part before put out, and hands the sum on.
        Tensor sum = x;
        Tensor? added = null;
        foreach ((LayerNorm norm, Func<Tensor, Tensor> part) in parts)
        {
            Tensor normal = added is null ? norm.Forward(x) : norm.Forward(added, sum, out sum);
            added = part(normal);
        }

        return added! + sum;
    }
}

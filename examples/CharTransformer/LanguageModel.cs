using DeepSharp.Layers;

namespace DeepSharp.Examples.CharTransformer;

/// <summary>A transformer that says, behind each letter of a text, how likely each letter is to come next. Vaswani et al. 2017; Radford et al. 2018.</summary>
internal sealed class LanguageModel : Module
{
    private const int Features = 64;
    private const int Heads = 4;
    private const int Layers = 2;
    private readonly Embedding _embedding;
    private readonly TransformerEncoder _transformer;
    private readonly Dense _head;

    /// <param name="letters">How many different letters there are.</param>
    /// <param name="context">How many letters it sees at most.</param>
    /// <param name="random">The source of first values.</param>
    internal LanguageModel(int letters, int context, Generator random)
    {
        Context = context;
        _embedding = Add("embedding", new Embedding(letters, Features, generator: random));
        _transformer = Add("transformer", new TransformerEncoder(
            [.. Enumerable.Range(0, Layers).Select(_ => new TransformerEncoderLayer(
                Features, Heads, hidden: 4 * Features, dropout: 0, activation: new GELU(), batchFirst: true, normFirst: true,
                rotary: new RotaryEmbedding(Features / Heads), generator: random))],
            new LayerNorm(Features)));
        _head = Add("head", new Dense(Features, letters, generator: random));
    }

    /// <summary>How many letters it sees at most.</summary>
    internal int Context { get; }

    /// <summary>Scores of the next letter behind each, [batch, positions, letters].</summary>
    /// <param name="letters">Numbers of letters, [batch, positions]; with a cache, those that it does not hold yet.</param>
    /// <param name="cache">What the model has read before.</param>
    internal Tensor Forward(Tensor letters, KeyValueCache? cache = null) =>
        _head.Forward(_transformer.Forward(_embedding.Forward(letters), mask: null, causal: cache is null, cache: cache));
}

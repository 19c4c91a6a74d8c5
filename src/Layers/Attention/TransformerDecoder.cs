namespace DeepSharp.Layers;

/// <summary>Decoder layers one above the other, and a norm if there is one: <c>layers.0…</c>, <c>norm…</c>, as in PyTorch.</summary>
public sealed class TransformerDecoder : Module
{
    private readonly IReadOnlyList<TransformerDecoderLayer> _layers;
    private readonly LayerNorm? _norm;

    /// <summary>A stack of layers, each with weights of its own.</summary>
    /// <param name="layers">The layers, first to last.</param>
    /// <param name="norm">Normalises what the last one puts out; null for none. Layers that normalise first need it.</param>
    /// <exception cref="ArgumentException">There is no layer.</exception>
    public TransformerDecoder(IReadOnlyList<TransformerDecoderLayer> layers, LayerNorm? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
        {
            throw new ArgumentException("TransformerDecoder: there is no layer. Give at least one.", nameof(layers));
        }

        _layers = [.. layers];
        _ = Add("layers", new Sequential([.. layers]));
        _norm = norm is null ? null : Add("norm", norm);
    }

    /// <summary>The output where the sequence is its own memory.</summary>
    /// <param name="input">The input.</param>
    public override Tensor Forward(Tensor input) => Forward(input, input);

    /// <summary>The output of the last layer.</summary>
    /// <inheritdoc cref="TransformerDecoderLayer.Forward(Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?, bool, KeyValueCache?)"/>
    public Tensor Forward(
        Tensor input, Tensor memory, Tensor? mask = null, Tensor? memoryMask = null, Tensor? keyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null, bool causal = false, KeyValueCache? cache = null)
    {
        Tensor x = input;
        foreach (TransformerDecoderLayer layer in _layers)
        {
            x = layer.Forward(x, memory, mask, memoryMask, keyPaddingMask, memoryKeyPaddingMask, causal, cache);
        }

        return _norm is null ? x : _norm.Forward(x);
    }
}

namespace DeepSharp.Layers;

/// <summary>Encoder layers one above the other, and a norm if there is one: <c>layers.0…</c>, <c>norm…</c>, as in PyTorch.</summary>
public sealed class TransformerEncoder : Module
{
    private readonly IReadOnlyList<TransformerEncoderLayer> _layers;
    private readonly LayerNorm? _norm;

    /// <summary>A stack of layers, each with weights of its own.</summary>
    /// <param name="layers">The layers, first to last.</param>
    /// <param name="norm">Normalises what the last one puts out; null for none. Layers that normalise first need it.</param>
    /// <exception cref="ArgumentException">There is no layer.</exception>
    public TransformerEncoder(IReadOnlyList<TransformerEncoderLayer> layers, LayerNorm? norm = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0)
        {
            throw new ArgumentException("TransformerEncoder: there is no layer. Give at least one.", nameof(layers));
        }

        _layers = [.. layers];
        _ = Add("layers", new Sequential([.. layers]));
        _norm = norm is null ? null : Add("norm", norm);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The output of the last layer.</summary>
    /// <inheritdoc cref="TransformerEncoderLayer.Forward(Tensor, Tensor?, Tensor?, bool, KeyValueCache?)"/>
    public Tensor Forward(Tensor input, Tensor? mask, Tensor? keyPaddingMask = null, bool causal = false, KeyValueCache? cache = null)
    {
        Tensor x = input;
        foreach (TransformerEncoderLayer layer in _layers)
        {
            x = layer.Forward(x, mask, keyPaddingMask, causal, cache);
        }

        return _norm is null ? x : _norm.Forward(x);
    }
}

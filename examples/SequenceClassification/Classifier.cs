using DeepSharp.Layers;

namespace DeepSharp.Examples.SequenceClassification;

/// <summary>Symbols become vectors, a recurrent layer reads them one by one, and what it remembers at the end of its sequence is classified.</summary>
internal sealed class Classifier : Module
{
    private readonly Embedding _embedding;
    private readonly RecurrentLayer _layer;
    private readonly Dense _head;

    internal Classifier(string cell, int symbols, int units, int classes, Generator random)
    {
        const int Features = 8;
        _embedding = Add("embedding", new Embedding(symbols, Features, generator: random));
        _layer = Add<RecurrentLayer>("layer", cell switch
        {
            "rnn" => new RNN(Features, units, batchFirst: true, generator: random),
            "gru" => new GRU(Features, units, batchFirst: true, generator: random),
            _ => new LSTM(Features, units, batchFirst: true, generator: random),
        });
        _head = Add("head", new Dense(units, classes, generator: random));
    }

    /// <summary>Scores of the classes, [batch, classes].</summary>
    /// <param name="symbols">[batch, steps].</param>
    /// <param name="lengths">The steps of each sequence: what stands behind them is not read.</param>
    internal Tensor Forward(Tensor symbols, IReadOnlyList<int> lengths)
    {
        Tensor x = _embedding.Forward(symbols);
        Tensor last = _layer switch
        {
            RNN rnn => rnn.Forward(x, null, lengths).Hidden,
            GRU gru => gru.Forward(x, null, lengths).Hidden,
            LSTM lstm => lstm.Forward(x, null, lengths).State.Hidden,
            _ => throw new InvalidOperationException($"{_layer} is no recurrent layer known here."),
        };

        // One layer in one direction: the first of the last states is the only one.
        return _head.Forward(last[0]);
    }
}

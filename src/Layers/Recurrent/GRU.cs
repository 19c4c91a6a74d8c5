namespace DeepSharp.Layers;

/// <summary>
/// Gated recurrent units: with r, z = sigmoid(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh) of their rows, n = tanh(W_in x_t + b_in +
/// r (W_hn h_(t-1) + b_hn)) and h_t = (1 - z) n + z h_(t-1). Cho et al. 2014.
/// </summary>
/// <remarks>
/// The rows of the weights are those of r, z and n, in this order, as in PyTorch. Input [steps, batch, inputs],
/// [batch, steps, inputs] with batchFirst, or [steps, inputs] for one sequence.
/// </remarks>
public sealed class GRU : RecurrentLayer
{
    /// <summary>Layers with weights drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="units">The features of the hidden state.</param>
    /// <param name="layers">How many layers stand one above the other.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="batchFirst">Whether the first axis of input and output is the batch.</param>
    /// <param name="dropout">The probability with which an output of a layer but the last is dropped in training, in [0, 1).</param>
    /// <param name="bidirectional">Whether each layer runs in both directions.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one, or the dropout out of range or for one layer alone.</exception>
    public GRU(
        int inputs, int units, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false,
        DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
        : base(RecurrentKind.GRU, 3, inputs, units, layers, bias, batchFirst, dropout, bidirectional, dtype, device, generator)
    {
    }

    /// <inheritdoc cref="RNN.Forward(Tensor)"/>
    public override Tensor Forward(Tensor input) => Run(input, null, null, null).Output;

    /// <inheritdoc cref="RNN.Forward(Tensor, Tensor?, IReadOnlyList{int}?)"/>
    public (Tensor Output, Tensor Hidden) Forward(Tensor input, Tensor? hidden, IReadOnlyList<int>? lengths = null)
    {
        (Tensor output, Tensor last, _) = Run(input, hidden, null, lengths);
        return (output, last);
    }
}

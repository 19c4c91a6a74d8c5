namespace DeepSharp.Layers;

/// <summary>
/// Long short-term memory: with i, f, g, o the four parts of W_ih x_t + b_ih + W_hh h_(t-1) + b_hh, c_t = sigmoid(f) c_(t-1) +
/// sigmoid(i) tanh(g) and h_t = sigmoid(o) tanh(c_t). Hochreiter, Schmidhuber 1997; Gers et al. 2000.
/// </summary>
/// <remarks>
/// The rows of the weights are those of i, f, g and o, in this order, as in PyTorch. Input [steps, batch, inputs],
/// [batch, steps, inputs] with batchFirst, or [steps, inputs] for one sequence.
/// </remarks>
public sealed class LSTM : RecurrentLayer
{
    /// <summary>Layers with weights drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="units">The features of the hidden state and of the cell state.</param>
    /// <param name="layers">How many layers stand one above the other.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="batchFirst">Whether the first axis of input and output is the batch.</param>
    /// <param name="dropout">The probability with which an output of a layer but the last is dropped in training, in [0, 1).</param>
    /// <param name="bidirectional">Whether each layer runs in both directions.</param>
    /// <param name="projectionSize">The features that hidden states, outputs too, are projected to, less than the units: h_t = W_hr h_t, with the
    /// weights <c>weight_hr_l0</c>, …, [projectionSize, units]; 0 for none. Sak, Senior, Beaufays 2014.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one, the dropout out of range or for one layer alone, or the projection not
    /// to fewer features.</exception>
    public LSTM(
        int inputs, int units, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false,
        int projectionSize = 0, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
        : base(RecurrentKind.LSTM, 4, inputs, units, layers, bias, batchFirst, dropout, bidirectional, dtype, device, generator, projectionSize) => ProjectionSize = projectionSize;

    /// <summary>The features that hidden states are projected to; 0 for none.</summary>
    public int ProjectionSize { get; }

    /// <summary>The outputs of the last layer, from states of zeros.</summary>
    /// <param name="input">[steps, batch, inputs]; see the class.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Run(input, null, null, null).Output;

    /// <summary>The outputs of the last layer, and the last hidden and cell states of all.</summary>
    /// <param name="input">[steps, batch, inputs]; see the class.</param>
    /// <param name="state">The first hidden and cell states, [layers * directions, batch, units] each, a hidden one with projectionSize features if
    /// it is projected; zeros if null.</param>
    /// <param name="lengths">The steps of each sequence of the batch, if they differ: outputs behind a sequence's end are zero, its last state
    /// is that of its last step, and there its backward direction begins.</param>
    /// <exception cref="ArgumentException">A shape, element type or device does not fit, or a length is not in 1 … steps.</exception>
    public (Tensor Output, (Tensor Hidden, Tensor Cell) State) Forward(
        Tensor input, (Tensor Hidden, Tensor Cell)? state, IReadOnlyList<int>? lengths = null)
    {
        (Tensor output, Tensor hidden, Tensor? cell) = Run(input, state?.Hidden, state?.Cell, lengths);
        return (output, (hidden, cell!));
    }
}

namespace DeepSharp.Layers;

/// <summary>A plain recurrent layer: h_t = f(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh), f the hyperbolic tangent or ReLU. Elman 1990.</summary>
/// <inheritdoc cref="RecurrentLayer" path="/remarks"/>
public sealed class RNN : RecurrentLayer
{
    /// <summary>Layers with weights drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="units">The features of the hidden state.</param>
    /// <param name="layers">How many layers stand one above the other.</param>
    /// <param name="nonlinearity">f.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="batchFirst">Whether the first axis of input and output is the batch.</param>
    /// <param name="dropout">The probability with which an output of a layer but the last is dropped in training, in [0, 1).</param>
    /// <param name="bidirectional">Whether each layer runs in both directions.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one, or the dropout out of range or for one layer alone.</exception>
    public RNN(
        int inputs, int units, int layers = 1, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh, bool bias = true,
        bool batchFirst = false, double dropout = 0, bool bidirectional = false, DType dtype = DType.Float32, Device? device = null,
        Generator? generator = null)
        : base(
            RNNCell.KindOf(nameof(RNN), nonlinearity), 1, inputs, units, layers, bias, batchFirst, dropout, bidirectional, dtype, device, generator) => Nonlinearity = nonlinearity;

    /// <summary>The function of a step.</summary>
    public RecurrentNonlinearity Nonlinearity { get; }

    /// <summary>The outputs of the last layer, from a hidden state of zeros.</summary>
    /// <param name="input">[steps, batch, inputs]; see the class.</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Run(input, null, null, null).Output;

    /// <summary>The outputs of the last layer, and the last hidden state of all.</summary>
    /// <param name="input">[steps, batch, inputs]; see the class.</param>
    /// <param name="hidden">The first hidden state, [layers * directions, batch, units]; zeros if null.</param>
    /// <param name="lengths">The steps of each sequence of the batch, if they differ: outputs behind a sequence's end are zero, its last state
    /// is that of its last step, and there its backward direction begins.</param>
    /// <exception cref="ArgumentException">A shape, element type or device does not fit, or a length is not in 1 … steps.</exception>
    public (Tensor Output, Tensor Hidden) Forward(Tensor input, Tensor? hidden, IReadOnlyList<int>? lengths = null)
    {
        (Tensor output, Tensor last, _) = Run(input, hidden, null, lengths);
        return (output, last);
    }
}

namespace DeepSharp.Layers;

/// <summary>One step of an <see cref="RNN"/>: h' = f(W_ih x + b_ih + W_hh h + b_hh).</summary>
/// <inheritdoc cref="RecurrentCell" path="/remarks"/>
public sealed class RNNCell : RecurrentCell
{
    /// <summary>A cell with weights drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="units">The features of the hidden state.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="nonlinearity">f.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one.</exception>
    public RNNCell(
        int inputs, int units, bool bias = true, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh, DType dtype = DType.Float32,
        Device? device = null, Generator? generator = null)
        : base(KindOf(nameof(RNNCell), nonlinearity), 1, inputs, units, bias, dtype, device, generator)
    {
    }

    /// <summary>The next hidden state, from one of zeros.</summary>
    /// <param name="input">[batch, inputs] or [inputs].</param>
    /// <exception cref="ArgumentException">Shape, element type or device do not fit.</exception>
    public override Tensor Forward(Tensor input) => Step(input, null, null).Hidden;

    /// <summary>The next hidden state.</summary>
    /// <param name="input">[batch, inputs] or [inputs].</param>
    /// <param name="hidden">The hidden state, [batch, units] or [units]; zeros if null.</param>
    /// <exception cref="ArgumentException">A shape, element type or device does not fit.</exception>
    public Tensor Forward(Tensor input, Tensor? hidden) => Step(input, hidden, null).Hidden;

    internal static RecurrentKind KindOf(string layer, RecurrentNonlinearity nonlinearity) => nonlinearity switch
    {
        RecurrentNonlinearity.Tanh => RecurrentKind.Tanh,
        RecurrentNonlinearity.ReLU => RecurrentKind.ReLU,
        _ => throw new ArgumentOutOfRangeException(
            nameof(nonlinearity), $"{layer}: the nonlinearity is Tanh or ReLU, not {nonlinearity}."),
    };
}

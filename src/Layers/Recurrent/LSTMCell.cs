namespace DeepSharp.Layers;

/// <summary>One step of an <see cref="LSTM"/>.</summary>
/// <inheritdoc cref="RecurrentCell" path="/remarks"/>
public sealed class LSTMCell : RecurrentCell
{
    /// <summary>A cell with weights drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="units">The features of the hidden state and of the cell state.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one.</exception>
    public LSTMCell(
        int inputs, int units, bool bias = true, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
        : base(RecurrentKind.LSTM, 4, inputs, units, bias, dtype, device, generator)
    {
    }

    /// <inheritdoc cref="RNNCell.Forward(Tensor)"/>
    public override Tensor Forward(Tensor input) => Step(input, null, null).Hidden;

    /// <summary>The next hidden and cell states.</summary>
    /// <param name="input">[batch, inputs] or [inputs].</param>
    /// <param name="state">The hidden and cell states, [batch, units] or [units] each; zeros if null.</param>
    /// <exception cref="ArgumentException">A shape, element type or device does not fit.</exception>
    public (Tensor Hidden, Tensor Cell) Forward(Tensor input, (Tensor Hidden, Tensor Cell)? state)
    {
        (Tensor hidden, Tensor? cell) = Step(input, state?.Hidden, state?.Cell);
        return (hidden, cell!);
    }
}

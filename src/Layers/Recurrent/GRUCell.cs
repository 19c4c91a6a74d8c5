namespace DeepSharp.Layers;

/// <summary>One step of a <see cref="GRU"/>.</summary>
/// <inheritdoc cref="RecurrentCell" path="/remarks"/>
public sealed class GRUCell : RecurrentCell
{
    /// <summary>A cell with weights drawn at random.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="units">The features of the hidden state.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one.</exception>
    public GRUCell(
        int inputs, int units, bool bias = true, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
        : base(RecurrentKind.GRU, 3, inputs, units, bias, dtype, device, generator)
    {
    }

    /// <inheritdoc cref="RNNCell.Forward(Tensor)"/>
    public override Tensor Forward(Tensor input) => Step(input, null, null).Hidden;

    /// <inheritdoc cref="RNNCell.Forward(Tensor, Tensor?)"/>
    public Tensor Forward(Tensor input, Tensor? hidden) => Step(input, hidden, null).Hidden;
}

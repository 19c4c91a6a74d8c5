namespace DeepSharp.Layers;

/// <summary>
/// In training, zeroes whole channels with a probability and scales the others by 1 / (1 - probability); in evaluation, does nothing. Tompson et
/// al. 2015.
/// </summary>
public abstract class ImageDropout : Module
{
    private readonly int _axes;
    private readonly Generator? _generator;

    private protected ImageDropout(int axes, double probability, Generator? generator)
    {
        Dropout.Check(GetType().Name, probability);
        (_axes, Probability, _generator) = (axes, probability, generator);
    }

    /// <summary>The probability with which a channel is dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has another rank.</exception>
    public sealed override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Rank != _axes + 1 && input.Rank != _axes + 2)
        {
            string lengths = _axes == 1 ? "L" : _axes == 2 ? "H, W" : "D, H, W";
            throw new ArgumentException($"{this}: an input {input.Shape}. Use [N, C, {lengths}] or [C, {lengths}].", nameof(input));
        }

        return IsTraining && Probability > 0 ? input.DropoutImages(_axes, Probability, _generator) : input;
    }

    /// <inheritdoc/>
    protected internal override Generator? RandomSource => _generator;

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name}({Probability})";
}

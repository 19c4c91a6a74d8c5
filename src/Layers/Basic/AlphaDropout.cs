namespace DeepSharp.Layers;

/// <summary>
/// In training, sets elements to what <c>SELU</c> tends to with a probability, and scales and shifts all so that mean 0 and variance 1 stay; in
/// evaluation, does nothing. Klambauer et al. 2017; see <see cref="RandomOperators"/>.
/// </summary>
public sealed class AlphaDropout : Module
{
    private readonly Generator? _generator;

    /// <summary>A layer that drops with a probability.</summary>
    /// <param name="probability">The probability, in [0, 1).</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
    public AlphaDropout(double probability = 0.5, Generator? generator = null)
    {
        Dropout.Check(nameof(AlphaDropout), probability);
        (Probability, _generator) = (probability, generator);
    }

    /// <summary>The probability with which an element is dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsTraining && Probability > 0 ? input.AlphaDropout(Probability, generator: _generator) : input;
    }

    /// <inheritdoc/>
    protected internal override Generator? RandomSource => _generator;

    /// <inheritdoc/>
    public override string ToString() => $"AlphaDropout({Probability})";
}

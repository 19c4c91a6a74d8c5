namespace DeepSharp.Layers;

/// <summary>
/// In training, zeroes each element with a probability and scales the others by 1 / (1 - probability), so that the mean stays;
/// in evaluation, does nothing. Srivastava et al. 2014.
/// </summary>
public sealed class Dropout : Module
{
    private readonly Generator? _generator;

    /// <summary>A layer that drops with a probability.</summary>
    /// <param name="probability">The probability, in [0, 1).</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
    public Dropout(double probability = 0.5, Generator? generator = null)
    {
        Check(nameof(Dropout), probability);
        Probability = probability;
        _generator = generator;
    }

    /// <summary>The probability with which an element is dropped.</summary>
    public double Probability { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return IsTraining && Probability > 0 ? input.Dropout(Probability, _generator) : input;
    }

    /// <inheritdoc/>
    protected internal override Generator? RandomSource => _generator;

    /// <inheritdoc/>
    public override string ToString() => $"Dropout({Probability})";

    internal static void Check(string layer, double probability)
    {
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), $"{layer}: the probability must be in [0, 1), not {probability}.");
        }
    }
}

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
    public sealed override string ToString() => $"{GetType().Name}({Probability})";
}

/// <summary>Drops whole channels of [N, C, L], or of [C, L].</summary>
/// <param name="probability">The probability, in [0, 1).</param>
/// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
public sealed class Dropout1D(double probability = 0.5, Generator? generator = null) : ImageDropout(1, probability, generator);

/// <summary>Drops whole channels of [N, C, H, W], or of [C, H, W].</summary>
/// <param name="probability">The probability, in [0, 1).</param>
/// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
public sealed class Dropout2D(double probability = 0.5, Generator? generator = null) : ImageDropout(2, probability, generator);

/// <summary>Drops whole channels of [N, C, D, H, W], or of [C, D, H, W].</summary>
/// <param name="probability">The probability, in [0, 1).</param>
/// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
public sealed class Dropout3D(double probability = 0.5, Generator? generator = null) : ImageDropout(3, probability, generator);

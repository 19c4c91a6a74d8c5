namespace DeepSharp.Layers;

/// <summary>Drops whole channels of [N, C, H, W], or of [C, H, W].</summary>
/// <param name="probability">The probability, in [0, 1).</param>
/// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
public sealed class Dropout2D(double probability = 0.5, Generator? generator = null) : ImageDropout(2, probability, generator);

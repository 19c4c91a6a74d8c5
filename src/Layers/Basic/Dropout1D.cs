namespace DeepSharp.Layers;

/// <summary>Drops whole channels of [N, C, L], or of [C, L].</summary>
/// <param name="probability">The probability, in [0, 1).</param>
/// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
public sealed class Dropout1D(double probability = 0.5, Generator? generator = null) : ImageDropout(1, probability, generator);

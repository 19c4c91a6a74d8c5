namespace DeepSharp;

/// <summary>Random operators with gradients.</summary>
public static class RandomOperators
{
    extension(Tensor x)
    {
        /// <summary>
        /// Zeroes each element with a probability and scales the others by 1 / (1 - probability), so that the mean stays.
        /// </summary>
        /// <param name="probability">The probability, in [0, 1).</param>
        /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
        /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1).</exception>
        public Tensor Dropout(double probability, Generator? generator = null)
        {
            CheckProbability(nameof(Dropout), probability);
            ReductionKernels.RequireReal(nameof(Dropout), x);
            if (x.DType.IsHalfPrecision)
            {
                return x.HalfToSingle().Dropout(probability, generator).To(x.DType);
            }

            Generator stream = generator ?? Generator.Default;
            return DropoutNode.Run(x, probability, stream.Seed, stream.Take(x.Count, x.DType));
        }

        /// <summary>Zeroes whole images with a probability and scales the others by 1 / (1 - probability): the elements of the last axes together, as
        /// feature maps of convolutions, whose neighbours are alike, need it. Tompson et al. 2015.</summary>
        /// <param name="axes">How many of the last axes an image has.</param>
        /// <param name="probability">The probability, in [0, 1).</param>
        /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
        /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1), or there are not so many axes.</exception>
        public Tensor DropoutImages(int axes, double probability, Generator? generator = null)
        {
            CheckProbability(nameof(DropoutImages), probability);
            Shape mask = OfImages(nameof(DropoutImages), x, axes);
            Tensor wide = x.HalfToSingle();
            return (wide * Tensor.Ones(mask, wide.DType, x.Device).Dropout(probability, generator)).To(x.DType).MadeBy(nameof(DropoutImages));
        }

        /// <summary>
        /// Sets elements to what SELU tends to, -1.758…, with a probability, and then scales and shifts all so that mean 0 and variance 1 stay.
        /// Klambauer et al. 2017.
        /// </summary>
        /// <remarks>y = a x + b where an element is kept, and a α' + b where not, with α' = -1.0507… · 1.6732…, a = ((1 - p)(1 + p α'²))^-½ and
        /// b = -a p α'.</remarks>
        /// <param name="probability">The probability p, in [0, 1).</param>
        /// <param name="axes">0 for single elements; else whole images of so many of the last axes are set together.</param>
        /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
        /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1), or there are not so many axes.</exception>
        public Tensor AlphaDropout(double probability, int axes = 0, Generator? generator = null)
        {
            const double Alpha = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717;
            CheckProbability(nameof(AlphaDropout), probability);
            Shape mask = OfImages(nameof(AlphaDropout), x, axes);
            Tensor wide = x.HalfToSingle();
            double a = 1 / Math.Sqrt((1 - probability) * (1 + (probability * Alpha * Alpha)));
            Tensor kept = Tensor.Bernoulli(mask, 1 - probability, wide.DType, x.Device, generator);
            Tensor shift = ((1 - kept) * (a * Alpha)) - (a * probability * Alpha);
            return ((wide * (kept * a)) + shift).To(x.DType).MadeBy(nameof(AlphaDropout));
        }
    }

    private static void CheckProbability(string operation, double probability)
    {
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), $"{operation}: the probability must be in [0, 1), not {probability}.");
        }
    }

    // One number for the last axes.
    private static Shape OfImages(string operation, Tensor x, int axes)
    {
        ReductionKernels.RequireReal(operation, x);
        return axes >= 0 && axes <= x.Rank
            ? new Shape([.. x.Shape.AsSpan()[..^axes], .. Enumerable.Repeat(1, axes)])
            : throw new ArgumentOutOfRangeException(nameof(axes), $"{operation}: a tensor {x.Shape} has no {axes} axes of an image. Use 0 to {x.Rank}.");
    }
}

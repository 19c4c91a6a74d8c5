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

        /// <summary>Draws places of the last axis, each as likely as its share of the axis: x holds probabilities, or weights. PyTorch's multinomial.</summary>
        /// <param name="count">How many places are drawn from each row.</param>
        /// <param name="replacement">Whether a place can be drawn again.</param>
        /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
        /// <returns>[…, count], Int64.</returns>
        /// <exception cref="ArgumentException">x has no axis or holds integers, a weight is negative or not finite, or a row has too few that are above 0:
        /// the weights are looked at on <see cref="Device.Cpu"/> only, as looking would mean waiting elsewhere.</exception>
        public Tensor Multinomial(int count, bool replacement = false, Generator? generator = null)
        {
            ReductionKernels.RequireReal(nameof(Multinomial), x);
            Bounds.AtLeast(1, count, nameof(Multinomial));
            int choices = x.Rank == 0 ? 0 : x.Shape[^1];
            if (choices == 0 || (!replacement && count > choices))
            {
                throw new ArgumentException($"Multinomial: {count} places from the last axis of {x.Shape}, with replacement: {replacement}. Draw fewer.", nameof(count));
            }

            Tensor weights = x.Detach().To(DType.Float64);
            if (x.Device.Kind == DeviceKind.Cpu && x.Count > 0
                && (!weights.IsFinite().All() || weights.Min().Item() < 0 || (weights > 0).Sum(-1).Min().Item() < (replacement ? 1 : count)))
            {
                throw new ArgumentException(
                    $"Multinomial: weights {x.Shape} must be finite and not negative, and {(replacement ? 1 : count)} of each row above 0, for {count} places.");
            }

            if (!replacement)
            {
                // The first of a race in which each place arrives after an exponentially distributed time.
                Tensor times = -(-Tensor.Uniform(x.Shape, 0, 1, DType.Float64, x.Device, generator)).Log1p() / weights;
                return times.ArgSort(-1).Narrow(-1, 0, count).Contiguous().MadeBy(nameof(Multinomial));
            }

            Tensor upTo = weights.CumulativeSum(-1);
            Shape drawn = new([.. x.Shape.AsSpan()[..^1], count]);
            Tensor marks = Tensor.Uniform(drawn, 0, 1, DType.Float64, x.Device, generator) * upTo.Narrow(-1, choices - 1, 1);
            return (upTo.Unsqueeze(-2) <= marks.Unsqueeze(-1)).Sum(-1).Clamp(0, choices - 1).MadeBy(nameof(Multinomial));
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

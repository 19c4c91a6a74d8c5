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
            if (!(probability >= 0 && probability < 1))
            {
                throw new ArgumentOutOfRangeException(nameof(probability), $"Dropout: the probability must be in [0, 1), not {probability}.");
            }

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
    }
}

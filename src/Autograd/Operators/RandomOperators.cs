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
    }
}

namespace DeepSharp;

/// <summary>Normalisation of images, sample by sample, with gradients of any order.</summary>
/// <remarks>
/// Images are [N, C, …]. Each is a row normalisation or a batch normalisation of the same elements under another shape, or a pooling over the
/// channels, so that the kernels are theirs. 16-bit floats are normalised in Float32.
/// </remarks>
public static class ChannelNormOperators
{
    extension(Tensor x)
    {
        /// <summary>
        /// Group normalisation: y = (x - mean) / sqrt(variance + epsilon) * weight + bias, with the mean and the biased variance of each sample's
        /// groups of neighbouring channels. Wu, He 2018.
        /// </summary>
        /// <param name="groups">Into how many groups the channels are parted.</param>
        /// <param name="weight">What multiplies each channel, [C], or null.</param>
        /// <param name="bias">What is added to each channel, [C], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …], the groups do not divide C, or shapes, element types or devices do
        /// not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite, or there is no group.</exception>
        public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            Check(nameof(GroupNorm), x, 2, ("weight", weight), ("bias", bias));
            Bounds.AtLeast(1, groups, nameof(GroupNorm));
            if (x.Shape[1] % groups != 0)
            {
                throw new ArgumentException(
                    $"GroupNorm: {groups} groups do not divide the {x.Shape[1]} channels of an input {x.Shape}. Use a number of groups that divides them.",
                    nameof(groups));
            }

            Tensor wide = x.HalfToSingle();
            int length = x.Count == 0 ? 0 : x.Count / x.Shape[0] / groups;
            Tensor y = wide.Reshape([x.Shape[0] * groups, length]).LayerNorm(epsilon: epsilon).Reshape(x.Shape);
            y = weight is null ? y : y * NormOperators.PerFeature(x, weight.HalfToSingle());
            y = bias is null ? y : y + NormOperators.PerFeature(x, bias.HalfToSingle());
            return (x.DType.IsHalfPrecision ? y.Like(x) : y).MadeBy(nameof(GroupNorm));
        }

        /// <summary>
        /// Instance normalisation: y = (x - mean) / sqrt(variance + epsilon) * weight + bias, with the mean and the biased variance of each
        /// sample's channels. Ulyanov, Vedaldi, Lempitsky 2016.
        /// </summary>
        /// <param name="weight">What multiplies each channel, [C], or null.</param>
        /// <param name="bias">What is added to each channel, [C], or null.</param>
        /// <param name="runningMean">Moves towards the mean over the samples of their means, [C], or null.</param>
        /// <param name="runningVariance">Moves towards the mean over the samples of their unbiased variances, [C], or null.</param>
        /// <param name="momentum">How far the running statistics move.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …], has one value for each channel of a sample, or shapes, element
        /// types or devices do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor InstanceNorm(
            Tensor? weight = null, Tensor? bias = null, Tensor? runningMean = null, Tensor? runningVariance = null, double momentum = 0.1,
            double epsilon = 1e-5)
        {
            Check(
                nameof(InstanceNorm), x, 3, ("weight", weight), ("bias", bias), ("the running mean", runningMean),
                ("the running variance", runningVariance));
            int planes = x.Shape[0] * x.Shape[1];
            if (planes > 0 && x.Count / planes < 2)
            {
                throw new ArgumentException(
                    $"InstanceNorm: an input {x.Shape} has {x.Count / planes} value for each channel of a sample, and needs at least two. Use larger "
                    + "images, or evaluate a layer that has running statistics.");
            }

            // Each channel of each sample is a feature of a batch of one.
            Tensor? mean = Repeated(runningMean);
            Tensor? variance = Repeated(runningVariance);
            Tensor y = x.Reshape([1, planes, .. x.Shape.AsSpan()[2..]])
                .BatchNorm(Repeated(weight), Repeated(bias), mean, variance, momentum, epsilon).Reshape(x.Shape).MadeBy(nameof(InstanceNorm));
            if (x.Shape[0] > 0)
            {
                Move(runningMean, mean);
                Move(runningVariance, variance);
            }

            return y;

            Tensor? Repeated(Tensor? values) => values?.Expand([x.Shape[0], x.Shape[1]]).Clone().Flatten();

            void Move(Tensor? running, Tensor? moved)
            {
                using NoGrad noGrad = new();
                running?.CopyFrom(moved!.Reshape([x.Shape[0], x.Shape[1]]).Mean(0));
            }
        }

        /// <summary>
        /// Local response normalisation: y = x / (k + alpha / size · the sum of x² over a channel and its neighbours)^beta. Krizhevsky, Sutskever,
        /// Hinton 2012.
        /// </summary>
        /// <param name="size">Over how many channels: size / 2 before, (size - 1) / 2 behind, and their own; zeros stand beyond the ends.</param>
        /// <param name="alpha">What multiplies the mean of squares.</param>
        /// <param name="beta">The power.</param>
        /// <param name="k">What is added.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …] of floating-point numbers.</exception>
        /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
        public Tensor LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
        {
            Check(nameof(LocalResponseNorm), x, 3);
            Bounds.AtLeast(1, size, nameof(LocalResponseNorm));
            if (x.Count == 0)
            {
                return x * 1;
            }

            // Windows over the channels of the image as a matrix; of an even number of them there is one window too many.
            Tensor wide = x.HalfToSingle();
            Tensor mean = wide.Square().Reshape([x.Shape[0], x.Shape[1], -1]).AveragePool2D((size, 1), 1, (size / 2, 0))
                .Narrow(1, 0, x.Shape[1]).Reshape(x.Shape);
            Tensor y = wide * ((mean * alpha) + k).Pow(-beta);
            return y.To(x.DType).MadeBy(nameof(LocalResponseNorm));
        }
    }

    private static void Check(string operation, Tensor x, int rank, params ReadOnlySpan<(string Name, Tensor? Value)> parameters)
    {
        ArgumentNullException.ThrowIfNull(x);
        ReductionKernels.RequireReal(operation, x);
        if (x.Rank < rank)
        {
            throw new ArgumentException($"{operation}: an input {x.Shape}. Use [N, C, {(rank == 2 ? "…" : "L, …")}].", nameof(x));
        }

        foreach ((string name, Tensor? value) in parameters)
        {
            if (value is not null && value.Shape != x.Shape[1])
            {
                throw new ArgumentException(
                    $"{operation}: {name} {value.Shape} does not fit an input {x.Shape}; use [{x.Shape[1]}], a number for each channel.");
            }

            NormOperators.CheckAlike(operation, x, name, value);
        }
    }
}

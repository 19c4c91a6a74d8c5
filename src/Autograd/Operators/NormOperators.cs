using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Normalisation, with gradients.</summary>
public static class NormOperators
{
    extension(Tensor x)
    {
        /// <summary>Batch normalisation with the batch's own statistics; moves the running ones.</summary>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="runningMean">Moves towards the batch's mean, [C], or null.</param>
        /// <param name="runningVariance">Moves towards the batch's unbiased variance, [C], or null.</param>
        /// <param name="momentum">How far the running statistics move.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …], has only one value for a feature, or shapes,
        /// element types or devices do not fit.</exception>
        public Tensor BatchNorm(
            Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVariance, double momentum, double epsilon) =>
            x.BatchNorm(weight, bias, runningMean, runningVariance, momentum, epsilon, default(IdentityOp));

        /// <summary>Batch normalisation with the batch's own statistics and then an activation f; moves the running statistics.</summary>
        /// <remarks>
        /// One operator, forward and backward, where no gradient is recorded and where the derivative of f is a function of its
        /// output (ReLU, tanh, the logistic function); else f follows as an operator of its own.
        /// </remarks>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="runningMean">Moves towards the batch's mean, [C], or null.</param>
        /// <param name="runningVariance">Moves towards the batch's unbiased variance, [C], or null.</param>
        /// <param name="momentum">How far the running statistics move.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <param name="activation">f, a public <c>readonly struct</c>.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …], has only one value for a feature, or shapes,
        /// element types or devices do not fit.</exception>
        public Tensor BatchNorm<TAct>(
            Tensor? weight,
            Tensor? bias,
            Tensor? runningMean,
            Tensor? runningVariance,
            double momentum,
            double epsilon,
            TAct activation)
            where TAct : unmanaged, IUnaryOp
        {
            CheckBatchNorm(x, weight, bias);
            if (x.DType.IsHalfPrecision)
            {
                return x.HalfToSingle().BatchNorm(
                    weight?.HalfToSingle(), bias?.HalfToSingle(), runningMean, runningVariance, momentum, epsilon, activation).Like(x).MadeBy("BatchNorm");
            }

            CheckStatistics(x, "the running mean", runningMean);
            CheckStatistics(x, "the running variance", runningVariance);
            return BatchNormNode<TAct>.Fits || !AnyRecords(x, weight, bias)
                ? BatchNormNode<TAct>.Run(
                    x, null, weight, bias, runningMean, runningVariance, momentum, epsilon, activation, false, out _)
                : BatchNormNode<IdentityOp>.Run(
                    x, null, weight, bias, runningMean, runningVariance, momentum, epsilon, default, false, out _)
                    .Apply(activation);
        }

        /// <summary>Batch normalisation with given statistics.</summary>
        /// <inheritdoc cref="BatchNorm(Tensor, Tensor, Tensor, Tensor, Tensor, double, double)"/>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="mean">The mean, [C].</param>
        /// <param name="variance">The variance, [C].</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        public Tensor BatchNormFixed(Tensor? weight, Tensor? bias, Tensor mean, Tensor variance, double epsilon) =>
            x.BatchNormFixed(weight, bias, mean, variance, epsilon, default(IdentityOp));

        /// <summary>Batch normalisation with given statistics and then an activation f: one kernel where no gradient is
        /// recorded.</summary>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="mean">The mean, [C].</param>
        /// <param name="variance">The variance, [C].</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <param name="activation">f, a public <c>readonly struct</c>.</param>
        /// <exception cref="ArgumentException">The input is not [N, C, …].</exception>
        public Tensor BatchNormFixed<TAct>(
            Tensor? weight,
            Tensor? bias,
            Tensor mean,
            Tensor variance,
            double epsilon,
            TAct activation)
            where TAct : unmanaged, IUnaryOp
        {
            ArgumentNullException.ThrowIfNull(mean);
            ArgumentNullException.ThrowIfNull(variance);
            CheckBatchNorm(x, weight, bias);
            if (x.DType.IsHalfPrecision)
            {
                return x.HalfToSingle().BatchNormFixed(
                    weight?.HalfToSingle(), bias?.HalfToSingle(), mean.HalfToSingle(), variance.HalfToSingle(), epsilon, activation).Like(x).MadeBy("BatchNorm");
            }

            CheckStatistics(x, "the mean", mean);
            CheckStatistics(x, "the variance", variance);
            bool fixedRecord = mean.Records() || variance.Records();
            if (!fixedRecord && !AnyRecords(x, weight, bias))
            {
                return BatchNormNode<TAct>.RunFixed(x, null, weight, bias, mean, variance, epsilon, activation, false, out _);
            }

            if (typeof(TAct) != typeof(IdentityOp))
            {
                return x.BatchNormFixed(weight, bias, mean, variance, epsilon).Apply(activation);
            }

            if (!fixedRecord)
            {
                return BatchNormNode<IdentityOp>.RunFixed(x, null, weight, bias, mean, variance, epsilon, default, false, out _);
            }

            return Scale((x - PerFeature(x, mean)) * (PerFeature(x, variance) + epsilon).Rsqrt(), weight, bias);
        }
    }

    /// <summary>[C] as [C, 1, …], to broadcast against [N, C, …].</summary>
    internal static Tensor PerFeature(Tensor x, Tensor values) =>
        values.Reshape([values.Count, .. Enumerable.Repeat(1, x.Rank - 2)]);

    internal static bool AnyRecords(Tensor x, Tensor? weight, Tensor? bias) =>
        x.Records() || weight?.Records() == true || bias?.Records() == true;

    private static Tensor Scale(Tensor x, Tensor? weight, Tensor? bias)
    {
        Tensor scaled = weight is null ? x : x * PerFeature(x, weight);
        return bias is null ? scaled : scaled + PerFeature(x, bias);
    }

    internal static void CheckStatistics(Tensor x, string argument, Tensor? values)
    {
        if (values is not null && values.Shape != x.Shape[1])
        {
            throw new ArgumentException(
                $"BatchNorm: {argument} {values.Shape} does not fit an input {x.Shape}; use [{x.Shape[1]}], a number for each feature.");
        }

        CheckAlike(nameof(NormOperators.BatchNorm), x, argument, values);
    }

    // 16-bit floats are normalised in Float32, with parameters of either type.
    internal static void CheckAlike(string operation, Tensor x, string argument, Tensor? values)
    {
        if (!x.DType.IsHalfPrecision)
        {
            Binary.CheckArgument(operation, x, argument, values);
        }

        Binary.CheckDevice(operation, x, argument, values);
    }

    internal static void CheckBatchNorm(Tensor x, Tensor? weight, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(x);
        ReductionKernels.RequireReal(nameof(NormOperators.BatchNorm), x);
        if (x.Rank < 2 || (weight is not null && weight.Shape != x.Shape[1]) || (bias is not null && bias.Shape != x.Shape[1]))
        {
            throw new ArgumentException(
                $"BatchNorm: an input {x.Shape} does not fit weight {weight?.Shape.ToString() ?? "none"} and bias "
                + $"{bias?.Shape.ToString() ?? "none"}; use [N, C, …] and [C].");
        }

        CheckAlike(nameof(NormOperators.BatchNorm), x, "weight", weight);
        CheckAlike(nameof(NormOperators.BatchNorm), x, "bias", bias);
    }
}

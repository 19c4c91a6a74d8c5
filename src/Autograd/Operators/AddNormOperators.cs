using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Normalisation of the sum of a tensor and a residual, with gradients.</summary>
/// <remarks>
/// The addition takes no pass of its own: the kernel that takes the statistics adds, and writes the sum where it is needed further on.
/// So it is for Float32 and Float64 tensors of one shape; 16-bit floats, and what broadcasts, are added by an operator of their own.
/// The values are the same either way.
/// </remarks>
public static class AddNormOperators
{
    extension(Tensor x)
    {
        /// <summary>Batch normalisation of the input plus a residual, with the batch's own statistics, and then an activation f; moves
        /// the running statistics. See <see cref="NormOperators"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="runningMean">Moves towards the batch's mean, [C], or null.</param>
        /// <param name="runningVariance">Moves towards the batch's unbiased variance, [C], or null.</param>
        /// <param name="momentum">How far the running statistics move.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <param name="activation">f, a public <c>readonly struct</c>.</param>
        /// <exception cref="ArgumentException">The sum is not [N, C, …], has only one value for a feature, or the two do not go
        /// together.</exception>
        public Tensor AddBatchNorm<TAct>(
            Tensor residual,
            Tensor? weight,
            Tensor? bias,
            Tensor? runningMean,
            Tensor? runningVariance,
            double momentum,
            double epsilon,
            TAct activation)
            where TAct : unmanaged, IUnaryOp =>
            BatchNorm(x, residual, weight, bias, runningMean, runningVariance, momentum, epsilon, activation, false, out _);

        /// <summary>Batch normalisation of the input plus a residual, with the batch's own statistics, and the sum; moves the running
        /// statistics. See <see cref="NormOperators"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="sum">The input plus the residual.</param>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="runningMean">Moves towards the batch's mean, [C], or null.</param>
        /// <param name="runningVariance">Moves towards the batch's unbiased variance, [C], or null.</param>
        /// <param name="momentum">How far the running statistics move.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The sum is not [N, C, …], has only one value for a feature, or the two do not go
        /// together.</exception>
        public Tensor AddBatchNorm(
            Tensor residual,
            out Tensor sum,
            Tensor? weight,
            Tensor? bias,
            Tensor? runningMean,
            Tensor? runningVariance,
            double momentum,
            double epsilon)
        {
            Tensor y = BatchNorm(
                x, residual, weight, bias, runningMean, runningVariance, momentum, epsilon, default(IdentityOp), true, out Tensor? kept);
            sum = kept!;
            return y;
        }

        /// <summary>Batch normalisation of the input plus a residual, with given statistics, and then an activation f. See
        /// <see cref="NormOperators"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="mean">The mean, [C].</param>
        /// <param name="variance">The variance, [C].</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <param name="activation">f, a public <c>readonly struct</c>.</param>
        /// <exception cref="ArgumentException">The sum is not [N, C, …], or the two do not go together.</exception>
        public Tensor AddBatchNormFixed<TAct>(
            Tensor residual,
            Tensor? weight,
            Tensor? bias,
            Tensor mean,
            Tensor variance,
            double epsilon,
            TAct activation)
            where TAct : unmanaged, IUnaryOp =>
            BatchNormFixed(x, residual, weight, bias, mean, variance, epsilon, activation, false, out _);

        /// <summary>Batch normalisation of the input plus a residual, with given statistics, and the sum. See
        /// <see cref="NormOperators"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="sum">The input plus the residual.</param>
        /// <param name="weight">What multiplies each feature, [C], or null.</param>
        /// <param name="bias">What is added to each feature, [C], or null.</param>
        /// <param name="mean">The mean, [C].</param>
        /// <param name="variance">The variance, [C].</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The sum is not [N, C, …], or the two do not go together.</exception>
        public Tensor AddBatchNormFixed(
            Tensor residual, out Tensor sum, Tensor? weight, Tensor? bias, Tensor mean, Tensor variance, double epsilon)
        {
            Tensor y = BatchNormFixed(x, residual, weight, bias, mean, variance, epsilon, default(IdentityOp), true, out Tensor? kept);
            sum = kept!;
            return y;
        }
    }

    private static Tensor BatchNorm<TAct>(
        Tensor x,
        Tensor residual,
        Tensor? weight,
        Tensor? bias,
        Tensor? runningMean,
        Tensor? runningVariance,
        double momentum,
        double epsilon,
        TAct activation,
        bool keepsSum,
        out Tensor? sum)
        where TAct : unmanaged, IUnaryOp
    {
        if (!IsOnePass(ref x, ref residual))
        {
            sum = x + residual;
            return sum.BatchNorm(weight, bias, runningMean, runningVariance, momentum, epsilon, activation);
        }

        NormOperators.CheckBatchNorm(x, weight, bias);
        NormOperators.CheckStatistics(x, "the running mean", runningMean);
        NormOperators.CheckStatistics(x, "the running variance", runningVariance);
        return BatchNormNode<TAct>.Fits || !(NormOperators.AnyRecords(x, weight, bias) || residual.Records())
            ? BatchNormNode<TAct>.Run(
                x, residual, weight, bias, runningMean, runningVariance, momentum, epsilon, activation, keepsSum, out sum)
            : BatchNormNode<IdentityOp>.Run(
                x, residual, weight, bias, runningMean, runningVariance, momentum, epsilon, default, keepsSum, out sum)
                .Apply(activation);
    }

    private static Tensor BatchNormFixed<TAct>(
        Tensor x,
        Tensor residual,
        Tensor? weight,
        Tensor? bias,
        Tensor mean,
        Tensor variance,
        double epsilon,
        TAct activation,
        bool keepsSum,
        out Tensor? sum)
        where TAct : unmanaged, IUnaryOp
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(variance);
        if (!IsOnePass(ref x, ref residual) || mean.Records() || variance.Records())
        {
            sum = x + residual;
            return sum.BatchNormFixed(weight, bias, mean, variance, epsilon, activation);
        }

        NormOperators.CheckBatchNorm(x, weight, bias);
        NormOperators.CheckStatistics(x, "the mean", mean);
        NormOperators.CheckStatistics(x, "the variance", variance);
        return typeof(TAct) == typeof(IdentityOp) || !(NormOperators.AnyRecords(x, weight, bias) || residual.Records())
            ? BatchNormNode<TAct>.RunFixed(x, residual, weight, bias, mean, variance, epsilon, activation, keepsSum, out sum)
            : BatchNormNode<IdentityOp>.RunFixed(x, residual, weight, bias, mean, variance, epsilon, default, keepsSum, out sum)
                .Apply(activation);
    }

    // Whether the kernels can add; if not, the ordinary operator does, and says what does not fit.
    internal static bool IsOnePass(ref Tensor x, ref Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(residual);
        HalfPrecision.Match(ref x, ref residual);
        return x.DType is DType.Float32 or DType.Float64 && x.DType == residual.DType && x.Shape == residual.Shape
            && ReferenceEquals(x.Device, residual.Device);
    }
}

using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>
/// z = (x - mean) / sqrt(variance + epsilon) for each feature: dx = (dz - mean of dz - z mean of dz z) / sqrt(variance + epsilon),
/// or without the means if the statistics are constants. An activation may follow in the same kernels.
/// </summary>
internal sealed class BatchNormNode<TAct> : NormNode
    where TAct : unmanaged, IUnaryOp
{
    private readonly TAct _activation;
    private readonly bool _fixed;
    private readonly double _epsilon;

    private BatchNormNode(
        Tensor x,
        Tensor source,
        Tensor? weight,
        Tensor? bias,
        Tensor mean,
        Tensor statistic,
        bool isFixed,
        double epsilon,
        TAct activation,
        Tensor y)
        : base(nameof(NormOperators.BatchNorm), InputsOf(x, weight, bias), source, weight, mean, statistic)
    {
        _fixed = isFixed;
        _epsilon = epsilon;
        _activation = activation;
        if (TAct.SavesForSlope == Kernels.Saved.Output)
        {
            Save(y);
        }
    }

    /// <summary>Whether the backward pass has what it needs without what goes into the activation.</summary>
    internal static bool Fits => TAct.SavesForSlope != Kernels.Saved.Input;

    /// <summary>With the batch's statistics.</summary>
    /// <param name="x">The input.</param>
    /// <param name="residual">Added to it, or null.</param>
    /// <param name="weight">What multiplies each feature, or null.</param>
    /// <param name="bias">What is added to each feature, or null.</param>
    /// <param name="runningMean">Moves towards the mean, or null.</param>
    /// <param name="runningVariance">Moves towards the variance, or null.</param>
    /// <param name="momentum">How far they move.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="activation">What follows.</param>
    /// <param name="keepsSum">Whether the caller wants the sum.</param>
    /// <param name="sum">x + residual, where the caller or the backward pass wants it.</param>
    internal static Tensor Run(
        Tensor x,
        Tensor? residual,
        Tensor? weight,
        Tensor? bias,
        Tensor? runningMean,
        Tensor? runningVariance,
        double momentum,
        double epsilon,
        TAct activation,
        bool keepsSum,
        out Tensor? sum)
    {
        RequireEpsilon(epsilon);
        int values = x.Shape[1] == 0 ? 2 : x.Count / x.Shape[1];
        if (values < 2)
        {
            throw new ArgumentException(
                $"BatchNorm: training needs at least two values for each feature; {x.Shape} has {values}. Use a larger batch, or Eval().");
        }

        bool records = AnyRecords(x, weight, bias, residual);
        Tensor source = x.Contiguous();
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, nameof(NormOperators.BatchNorm));
        Tensor mean = Tensor.Uninitialized(x.Shape[1], x.DType, x.Device, nameof(NormOperators.BatchNorm));
        Tensor inverse = Tensor.Uninitialized(x.Shape[1], x.DType, x.Device, nameof(NormOperators.BatchNorm));
        sum = PlaceForSum(x, residual, keepsSum || records);
        runningMean?.CountChange();
        runningVariance?.CountChange();
        BatchNormForward arguments = new(
            y.Operand, source.Operand, mean.Operand, inverse.Operand, null, weight?.Contiguous().Operand, bias?.Contiguous().Operand,
            runningMean?.Operand, runningVariance?.Operand, momentum, epsilon, Added(residual, sum));
        BatchNormalization.Forward(activation, arguments);
        AttachSum(x, residual, sum);
        return records
            ? new BatchNormNode<TAct>(sum ?? x, sum ?? source, weight, bias, mean, inverse, false, epsilon, activation, y).Attach(y)
            : y;
    }

    /// <summary>With given statistics, which take no gradient.</summary>
    /// <param name="x">The input.</param>
    /// <param name="residual">Added to it, or null.</param>
    /// <param name="weight">What multiplies each feature, or null.</param>
    /// <param name="bias">What is added to each feature, or null.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="variance">The variance.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="activation">What follows.</param>
    /// <param name="keepsSum">Whether the caller wants the sum.</param>
    /// <param name="sum">x + residual, where the caller or the backward pass wants it.</param>
    internal static Tensor RunFixed(
        Tensor x,
        Tensor? residual,
        Tensor? weight,
        Tensor? bias,
        Tensor mean,
        Tensor variance,
        double epsilon,
        TAct activation,
        bool keepsSum,
        out Tensor? sum)
    {
        RequireEpsilon(epsilon);
        bool records = AnyRecords(x, weight, bias, residual);
        Tensor source = x.Contiguous();
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, nameof(NormOperators.BatchNorm));
        sum = PlaceForSum(x, residual, keepsSum || records);
        BatchNormForward arguments = new(
            y.Operand, source.Operand, mean.Contiguous().Operand, null, variance.Contiguous().Operand, weight?.Contiguous().Operand,
            bias?.Contiguous().Operand, Epsilon: epsilon, Residual: Added(residual, sum));
        BatchNormalization.Forward(activation, arguments);
        AttachSum(x, residual, sum);

        // Copies of the statistics are kept, since a layer's running ones may move on before the backward pass.
        return records
            ? new BatchNormNode<TAct>(
                sum ?? x, sum ?? source, weight, bias, mean.Clone(), variance.Clone(), true, epsilon, activation, y).Attach(y)
            : y;
    }

    private static void RequireEpsilon(double epsilon)
    {
        if (!(epsilon >= 0 && double.IsFinite(epsilon)))
        {
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"BatchNorm: epsilon must be finite and not negative, not {epsilon}.");
        }
    }

    private protected override int FeatureAxis(Tensor x) => 1;

    private protected override void Differentiate(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? weight, in Operand mean, in Operand statistic)
    {
        if (_fixed)
        {
            BatchNormalization.Backward(
                default(IdentityOp), new BatchNormBackward(gradients, dy, x, mean, null, statistic, weight, Epsilon: _epsilon));
            return;
        }

        Operand? y = TAct.SavesForSlope == Kernels.Saved.Output ? SavedOutput(Further).Operand : null;
        BatchNormalization.Backward(_activation, new BatchNormBackward(gradients, dy, x, mean, statistic, null, weight, y));
    }

    private protected override Tensor BeforeActivation(Tensor gradient)
    {
        if (typeof(TAct) == typeof(IdentityOp))
        {
            return gradient;
        }

        Tensor saved = TAct.SavesForSlope == Kernels.Saved.Output ? SavedOutput(Further) : gradient;
        return UnaryGradient.Through(Name, _activation, saved, gradient);
    }

    private protected override (Tensor Z, Func<Tensor, Tensor> Chain) Normalize(Tensor x, Tensor mean, Tensor statistic)
    {
        int[] axes = [0, .. Enumerable.Range(2, x.Rank - 2)];
        Tensor variance = _fixed ? NormOperators.PerFeature(x, statistic) : x.Variance(axes, correction: 0, keepDims: true);
        Tensor inverse = (variance + _epsilon).Rsqrt();
        Tensor z = (x - (_fixed ? NormOperators.PerFeature(x, mean) : x.Mean(axes, keepDims: true))) * inverse;
        return (z, dz => _fixed
            ? dz * inverse
            : inverse * (dz - dz.Mean(axes, keepDims: true) - (z * (dz * z).Mean(axes, keepDims: true))));
    }
}

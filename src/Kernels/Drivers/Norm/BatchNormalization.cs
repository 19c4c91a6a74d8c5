namespace DeepSharp.Kernels;

/// <summary>Batch normalisation and its gradient (S. Ioffe, C. Szegedy, 2015).</summary>
/// <remarks>
/// <para>For an input [N, C, …] the statistics are taken for each feature c, over N and the axes behind C:
/// <c>y = (x - mean) / sqrt(variance + epsilon) * scale + shift</c>. The variance is taken around the mean in a second pass, so
/// that a large mean does no harm.</para>
/// <para>All operands are contiguous, of one floating-point type and on one device; values for each feature are [C]. Outputs do
/// not share memory with inputs.</para>
/// </remarks>
public static class BatchNormalization
{
    private const string Name = "BatchNorm";

    /// <summary>Normalises with the batch's own mean and (biased) variance.</summary>
    /// <param name="y">The output, shaped as the input.</param>
    /// <param name="mean">The mean, [C]; an output, to hand to <see cref="Backward"/>.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon), [C]; an output, to hand to <see cref="Backward"/>.</param>
    /// <param name="x">The input, [N, C, …].</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="shift">The shift, [C]; zeros if null.</param>
    /// <param name="runningMean">Becomes (1 - momentum) times itself plus momentum times the mean; [C] or null.</param>
    /// <param name="runningVariance">Moves likewise towards the unbiased variance; [C] or null.</param>
    /// <param name="momentum">How far the running statistics move.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or a feature has fewer than two values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static void Forward(
        in Operand y,
        in Operand mean,
        in Operand inverseDeviation,
        in Operand x,
        in Operand? scale = null,
        in Operand? shift = null,
        in Operand? runningMean = null,
        in Operand? runningVariance = null,
        double momentum = 0.1,
        double epsilon = 1e-5) =>
        Forward(
            default(IdentityOp), y, mean, inverseDeviation, x, scale, shift, runningMean, runningVariance, momentum, epsilon);

    /// <summary>Normalises with the batch's own mean and (biased) variance, and applies an activation.</summary>
    /// <param name="activation">Applied to the output; for <see cref="Backward{TAct}"/>, its derivative must not be a function of its
    /// input.</param>
    /// <param name="y">The output, shaped as the input.</param>
    /// <param name="mean">The mean, [C]; an output, to hand to <see cref="Backward"/>.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon), [C]; an output, to hand to <see cref="Backward"/>.</param>
    /// <param name="x">The input, [N, C, …].</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="shift">The shift, [C]; zeros if null.</param>
    /// <param name="runningMean">Becomes (1 - momentum) times itself plus momentum times the mean; [C] or null.</param>
    /// <param name="runningVariance">Moves likewise towards the unbiased variance; [C] or null.</param>
    /// <param name="momentum">How far the running statistics move.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="residual">Added to x in the same pass; with a place for the sum, which is then the input of the backward pass.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or a feature has fewer than two values.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static void Forward<TAct>(
        TAct activation,
        in Operand y,
        in Operand mean,
        in Operand inverseDeviation,
        in Operand x,
        in Operand? scale = null,
        in Operand? shift = null,
        in Operand? runningMean = null,
        in Operand? runningVariance = null,
        double momentum = 0.1,
        double epsilon = 1e-5,
        in NormResidual? residual = null)
        where TAct : unmanaged, IUnaryOp
    {
        int features = Input(x, epsilon, scale);
        NormChecks.Like(Name, "an output", y, x);
        NormChecks.PerFeature(Name, "means", mean, x, features);
        NormChecks.PerFeature(Name, "inverse deviations", inverseDeviation, x, features);
        NormChecks.PerFeature(Name, "a shift", shift, x, features);
        NormChecks.PerFeature(Name, "running means", runningMean, x, features);
        NormChecks.PerFeature(Name, "running variances", runningVariance, x, features);
        NormChecks.Residual(Name, residual, x, y);
        int count = x.Dims[0] * NormChecks.Length(x);
        if (count < 2 && features > 0)
        {
            throw new ArgumentException(
                $"{Name}: training needs at least two values for each feature; {ReductionChecks.Text(x)} has {count}. Use a larger batch, "
                + "or Eval().", nameof(x));
        }

        if (features == 0)
        {
            return;
        }

        // The CPU form reads some elements of the sum after it has written their output.
        using Scratch? place = residual is { Sum: null } && x.Device.IsHost ? Scratch.Rent(x.Device, x.DType, x.Dims) : null;
        NormResidual? added = place is { } rented ? residual!.Value with { Sum = rented.Operand } : residual;
        RunForward(
            activation,
            new(y, x, scale, shift, mean, inverseDeviation, runningMean, runningVariance, momentum, epsilon, false, added));
    }

    /// <summary>Normalises with given statistics.</summary>
    /// <param name="y">The output, shaped as the input.</param>
    /// <param name="x">The input, [N, C, …].</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="shift">The shift, [C]; zeros if null.</param>
    /// <param name="mean">The mean, [C].</param>
    /// <param name="variance">The variance, [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static void Evaluate(
        in Operand y, in Operand x, in Operand? scale, in Operand? shift, in Operand mean, in Operand variance, double epsilon = 1e-5) =>
        Evaluate(default(IdentityOp), y, x, scale, shift, mean, variance, epsilon);

    /// <summary>Normalises with given statistics, and applies an activation.</summary>
    /// <param name="activation">Applied to the output.</param>
    /// <param name="y">The output, shaped as the input.</param>
    /// <param name="x">The input, [N, C, …].</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="shift">The shift, [C]; zeros if null.</param>
    /// <param name="mean">The mean, [C].</param>
    /// <param name="variance">The variance, [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="residual">Added to x in the same pass; with a place for the sum, which is then the input of <see cref="EvaluateBackward"/>.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static void Evaluate<TAct>(
        TAct activation,
        in Operand y,
        in Operand x,
        in Operand? scale,
        in Operand? shift,
        in Operand mean,
        in Operand variance,
        double epsilon = 1e-5,
        in NormResidual? residual = null)
        where TAct : unmanaged, IUnaryOp
    {
        int features = Input(x, epsilon, scale);
        NormChecks.Like(Name, "an output", y, x);
        NormChecks.PerFeature(Name, "means", mean, x, features);
        NormChecks.PerFeature(Name, "variances", variance, x, features);
        NormChecks.PerFeature(Name, "a shift", shift, x, features);
        NormChecks.Residual(Name, residual, x, y);
        if (x.Count > 0)
        {
            RunForward(activation, new(y, x, scale, shift, mean, variance, null, null, 0, epsilon, true, residual));
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>, through the batch's mean and variance. With n values for a feature,
    /// <c>z = (x - mean) / sqrt(variance + epsilon)</c> and sums over the feature:
    /// <code>
    /// dshift = sum of dy,  dscale = sum of dy z
    /// dx = scale / sqrt(variance + epsilon) * (dy - dshift / n - z dscale / n)
    /// </code>
    /// </summary>
    /// <param name="gradients">What to compute, and where to.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="x">The input.</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="mean">The mean from <see cref="Forward"/>.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon) from <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Backward(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? scale, in Operand mean, in Operand inverseDeviation) =>
        Backward(default(IdentityOp), gradients, dy, x, scale, mean, inverseDeviation, null);

    /// <summary>
    /// The gradients of <see cref="Forward{TAct}"/>: those of <see cref="Backward"/>, with dy times the activation's derivative in the
    /// place of dy.
    /// </summary>
    /// <param name="activation">The activation.</param>
    /// <param name="gradients">What to compute, and where to.</param>
    /// <param name="dy">The gradient of the activation's output.</param>
    /// <param name="x">The input.</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="mean">The mean from the forward pass.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon) from the forward pass.</param>
    /// <param name="y">The activation's output; needed if its derivative is a function of that.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or the activation's derivative is a function of its
    /// input.</exception>
    public static void Backward<TAct>(
        TAct activation,
        in NormGradients gradients,
        in Operand dy,
        in Operand x,
        in Operand? scale,
        in Operand mean,
        in Operand inverseDeviation,
        in Operand? y)
        where TAct : unmanaged, IUnaryOp
    {
        if (TAct.SavesForSlope == Saved.Input || (TAct.SavesForSlope == Saved.Output && y is null))
        {
            throw new ArgumentException(
                $"{Name}: the derivative of {typeof(TAct).Name} needs its {TAct.SavesForSlope.ToString().ToLowerInvariant()}, which is not there. "
                + "Apply the activation on its own.", nameof(y));
        }

        int features = Input(x, 0, scale);
        NormChecks.PerFeature(Name, "means", mean, x, features);
        NormChecks.PerFeature(Name, "inverse deviations", inverseDeviation, x, features);
        if (y is { } output)
        {
            NormChecks.Like(Name, "an output", output, x);
        }

        RunBackward(activation, new(gradients, dy, x, scale, mean, inverseDeviation, y, 0, false), features);
    }

    /// <summary>The gradients of <see cref="Evaluate"/>: as <see cref="Backward"/>, but the statistics are constants.</summary>
    /// <param name="gradients">What to compute, and where to.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="x">The input.</param>
    /// <param name="scale">The scale, [C]; ones if null.</param>
    /// <param name="mean">The mean, [C].</param>
    /// <param name="variance">The variance, [C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static void EvaluateBackward(
        in NormGradients gradients,
        in Operand dy,
        in Operand x,
        in Operand? scale,
        in Operand mean,
        in Operand variance,
        double epsilon = 1e-5)
    {
        int features = Input(x, epsilon, scale);
        NormChecks.PerFeature(Name, "means", mean, x, features);
        NormChecks.PerFeature(Name, "variances", variance, x, features);
        RunBackward(default(IdentityOp), new(gradients, dy, x, scale, mean, variance, null, epsilon, true), features);
    }

    private static int Input(in Operand x, double epsilon, in Operand? scale)
    {
        NormChecks.Input(Name, x, 2, "[N, C, …]");
        NormChecks.PerFeature(Name, "a scale", scale, x, x.Dims[1]);
        NormChecks.Epsilon(Name, epsilon);
        return x.Dims[1];
    }

    private static void RunForward<TAct>(TAct activation, in BatchNormForward arguments)
        where TAct : unmanaged, IUnaryOp
    {
        Device device = arguments.X.Device;
        switch (arguments.X.DType, device.IsHost)
        {
            case (DType.Float32, true):
                device.CountLaunch();
                HostBatchNorm<F32, F32x, TAct>.Forward(activation, arguments);
                break;
            case (DType.Float64, true):
                device.CountLaunch();
                HostBatchNorm<F64, F64x, TAct>.Forward(activation, arguments);
                break;
            case (DType.Float32, false):
                GpuBatchNorm<F32, TAct>.Forward(activation, arguments);
                break;
            default:
                GpuBatchNorm<F64, TAct>.Forward(activation, arguments);
                break;
        }
    }

    private static void RunBackward<TAct>(TAct activation, in BatchNormBackward arguments, int features)
        where TAct : unmanaged, IUnaryOp
    {
        NormChecks.Like(Name, "an output's gradient", arguments.Dy, arguments.X, mayBeInput: true);
        NormChecks.PerFeature(Name, "a scale's gradient", arguments.Gradients.Scale, arguments.X, features);
        NormChecks.PerFeature(Name, "a shift's gradient", arguments.Gradients.Shift, arguments.X, features);
        if (arguments.Gradients.Input is { } dx)
        {
            NormChecks.Like(Name, "an input's gradient", dx, arguments.X);
            NormChecks.Like(Name, "an input's gradient", dx, arguments.Dy);
        }

        Device device = arguments.X.Device;
        if (arguments.X.Count == 0)
        {
            NormChecks.Zero(arguments.Gradients);
            return;
        }

        switch (arguments.X.DType, device.IsHost)
        {
            case (DType.Float32, true):
                device.CountLaunch();
                HostBatchNorm<F32, F32x, TAct>.Backward(activation, arguments);
                break;
            case (DType.Float64, true):
                device.CountLaunch();
                HostBatchNorm<F64, F64x, TAct>.Backward(activation, arguments);
                break;
            case (DType.Float32, false):
                GpuBatchNorm<F32, TAct>.Backward(activation, arguments);
                break;
            default:
                GpuBatchNorm<F64, TAct>.Backward(activation, arguments);
                break;
        }
    }
}

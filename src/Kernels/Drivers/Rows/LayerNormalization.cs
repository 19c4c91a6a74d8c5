namespace DeepSharp.Kernels;

/// <summary>Layer normalisation and its gradient (J. Ba, J. Kiros, G. Hinton, 2016).</summary>
/// <remarks>
/// <para>For an input […, D] the statistics are taken for each row, along the last axis:
/// <c>y = (x - mean) / sqrt(variance + epsilon) * scale + shift</c>, with the biased variance.</para>
/// <para>All operands are contiguous, of one floating-point type and on one device. Scale and shift are [D]; mean and inverse
/// deviation are one-dimensional, with an element for each row. Outputs do not share memory with inputs.</para>
/// </remarks>
public static class LayerNormalization
{
    private const string Name = "LayerNorm";

    /// <summary>Normalises each row with its own mean and variance.</summary>
    /// <param name="y">The output, shaped as the input.</param>
    /// <param name="mean">The mean of each row; an output, to hand to <see cref="Backward"/>.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon) of each row; an output, to hand to <see cref="Backward"/>.</param>
    /// <param name="x">The input, […, D].</param>
    /// <param name="scale">The scale, [D]; ones if null.</param>
    /// <param name="shift">The shift, [D]; zeros if null.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="residual">Added to x in the same pass; with a place for the sum, which is then the input of <see cref="Backward"/>.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
    public static void Forward(
        in Operand y,
        in Operand mean,
        in Operand inverseDeviation,
        in Operand x,
        in Operand? scale = null,
        in Operand? shift = null,
        double epsilon = 1e-5,
        in NormResidual? residual = null)
    {
        int columns = Input(x, scale, mean, inverseDeviation);
        NormChecks.Epsilon(Name, epsilon);
        NormChecks.Like(Name, "an output", y, x);
        NormChecks.PerFeature(Name, "a shift", shift, x, columns);
        NormChecks.Residual(Name, residual, x, y);
        if (x.Count == 0)
        {
            return;
        }

        LayerNormForward arguments = new(y, x, scale, shift, mean, inverseDeviation, epsilon, residual);
        switch (x.DType, x.Device.IsHost)
        {
            case (DType.Float32, true):
                x.Device.CountLaunch();
                HostLayerNorm<F32, F32x>.Forward(arguments);
                break;
            case (DType.Float64, true):
                x.Device.CountLaunch();
                HostLayerNorm<F64, F64x>.Forward(arguments);
                break;
            case (DType.Float32, false):
                GpuLayerNorm<F32>.Forward(arguments);
                break;
            default:
                GpuLayerNorm<F64>.Forward(arguments);
                break;
        }
    }

    /// <summary>
    /// The gradients. With <c>z = (x - mean) / sqrt(variance + epsilon)</c> and <c>g = dy * scale</c>:
    /// <code>
    /// dshift = sum of dy over the rows,  dscale = sum of dy z over the rows
    /// dx = (g - mean of g - z * mean of g z) / sqrt(variance + epsilon),  means along the row
    /// </code>
    /// </summary>
    /// <param name="gradients">What to compute, and where to.</param>
    /// <param name="dy">The gradient of the output.</param>
    /// <param name="x">The input.</param>
    /// <param name="scale">The scale, [D]; ones if null.</param>
    /// <param name="mean">The means from <see cref="Forward"/>.</param>
    /// <param name="inverseDeviation">1 / sqrt(variance + epsilon) from <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Backward(
        in NormGradients gradients, in Operand dy, in Operand x, in Operand? scale, in Operand mean, in Operand inverseDeviation)
    {
        int columns = Input(x, scale, mean, inverseDeviation);
        NormChecks.Like(Name, "an output's gradient", dy, x, mayBeInput: true);
        NormChecks.PerFeature(Name, "a scale's gradient", gradients.Scale, x, columns);
        NormChecks.PerFeature(Name, "a shift's gradient", gradients.Shift, x, columns);
        if (gradients.Input is { } dx)
        {
            NormChecks.Like(Name, "an input's gradient", dx, x);
            NormChecks.Like(Name, "an input's gradient", dx, dy);
        }

        if (x.Count == 0)
        {
            NormChecks.Zero(gradients);
            return;
        }

        LayerNormBackward arguments = new(gradients, dy, x, scale, mean, inverseDeviation);
        switch (x.DType, x.Device.IsHost)
        {
            case (DType.Float32, true):
                x.Device.CountLaunch();
                HostLayerNorm<F32, F32x>.Backward(arguments);
                break;
            case (DType.Float64, true):
                x.Device.CountLaunch();
                HostLayerNorm<F64, F64x>.Backward(arguments);
                break;
            case (DType.Float32, false):
                GpuLayerNorm<F32>.Backward(arguments);
                break;
            default:
                GpuLayerNorm<F64>.Backward(arguments);
                break;
        }
    }

    private static int Input(in Operand x, in Operand? scale, in Operand mean, in Operand inverseDeviation)
    {
        NormChecks.Input(Name, x, 1, "[…, D]");
        int columns = x.Dims[^1];
        int rows = columns == 0 ? 0 : x.Count / columns;
        NormChecks.PerFeature(Name, "a scale", scale, x, columns);
        NormChecks.PerFeature(Name, "means", mean, x, rows);
        NormChecks.PerFeature(Name, "inverse deviations", inverseDeviation, x, rows);
        return columns;
    }
}

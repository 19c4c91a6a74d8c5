namespace DeepSharp.Kernels;

/// <summary>The cross-entropy between softmax(logits) and integer labels, and its gradient.</summary>
/// <remarks>
/// For a row x of C logits with label t, class weights w and smoothing e, with p = softmax(x):
/// <code>loss = (1 - e) w[t] (-log p[t]) + e/C sum over c of w[c] (-log p[c])</code>
/// as PyTorch's cross_entropy has it. Logits are contiguous [rows, columns] of Float32 or Float64; labels are contiguous [rows] of
/// Int32, Int64 or UInt8. A label outside 0 … columns - 1 that is not the ignore index is an error on <see cref="Device.Cpu"/>;
/// elsewhere, where looking would mean waiting, its row's loss and gradient are NaN.
/// </remarks>
public static class SoftmaxCrossEntropy
{
    private const string Name = "SoftmaxCrossEntropy";

    /// <summary>The loss of each row, 0 where the label is ignored, and what the gradient needs.</summary>
    /// <param name="losses">The losses, [rows].</param>
    /// <param name="logSumExp">log(sum of exp(x)) of each row, [rows], to hand to <see cref="Backward"/>.</param>
    /// <param name="logits">The logits.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="options">Smoothing, ignored label, weights.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or a label is out of range.</exception>
    public static void Forward(
        in Operand losses, in Operand logSumExp, in Operand logits, in Operand labels, in CrossEntropyOptions options = default)
    {
        CrossEntropyChecks.Logits(Name, logits, labels, options);
        CrossEntropyChecks.PerRow(Name, "losses", losses, logits);
        CrossEntropyChecks.PerRow(Name, "log-sum-exps", logSumExp, logits);
        if (losses.Count == 0)
        {
            return;
        }

        switch (logits.DType, labels.DType)
        {
            case (DType.Float32, DType.UInt8):
                CrossEntropy<F32, F32x, U8>.Forward(losses, logSumExp, logits, labels, options);
                break;
            case (DType.Float32, DType.Int32):
                CrossEntropy<F32, F32x, I32>.Forward(losses, logSumExp, logits, labels, options);
                break;
            case (DType.Float32, DType.Int64):
                CrossEntropy<F32, F32x, I64>.Forward(losses, logSumExp, logits, labels, options);
                break;
            case (DType.Float64, DType.UInt8):
                CrossEntropy<F64, F64x, U8>.Forward(losses, logSumExp, logits, labels, options);
                break;
            case (DType.Float64, DType.Int32):
                CrossEntropy<F64, F64x, I32>.Forward(losses, logSumExp, logits, labels, options);
                break;
            default:
                CrossEntropy<F64, F64x, I64>.Forward(losses, logSumExp, logits, labels, options);
                break;
        }
    }

    /// <summary>The losses and their sum or weighted mean, left on the device.</summary>
    /// <remarks>The mean divides by the sum of w[t] over the rows that are not ignored, as PyTorch's does; it is NaN if there are
    /// none. One launch on the CPU, and elsewhere for up to 1,024 rows of up to 32 classes; two for more.</remarks>
    /// <param name="total">The sum, or mean: one element.</param>
    /// <param name="denominator">What the sum was divided by, 1 for a sum: one element, to hand to <see cref="Backward"/>.</param>
    /// <param name="losses">The losses, [rows].</param>
    /// <param name="logSumExp">log(sum of exp(x)) of each row, [rows], to hand to <see cref="Backward"/>.</param>
    /// <param name="logits">The logits.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="options">Smoothing, ignored label, weights.</param>
    /// <param name="mean">Whether to divide.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or a label is out of range.</exception>
    public static void Total(
        in Operand total,
        in Operand denominator,
        in Operand losses,
        in Operand logSumExp,
        in Operand logits,
        in Operand labels,
        in CrossEntropyOptions options,
        bool mean)
    {
        CrossEntropyChecks.Logits(Name, logits, labels, options);
        CrossEntropyChecks.PerRow(Name, "losses", losses, logits);
        CrossEntropyChecks.PerRow(Name, "log-sum-exps", logSumExp, logits);
        CrossEntropyChecks.Total(Name, total, denominator, logits);
        switch (losses.DType, labels.DType)
        {
            case (DType.Float32, DType.UInt8):
                CrossEntropy<F32, F32x, U8>.Total(total, denominator, losses, logSumExp, logits, labels, options, mean);
                break;
            case (DType.Float32, DType.Int32):
                CrossEntropy<F32, F32x, I32>.Total(total, denominator, losses, logSumExp, logits, labels, options, mean);
                break;
            case (DType.Float32, DType.Int64):
                CrossEntropy<F32, F32x, I64>.Total(total, denominator, losses, logSumExp, logits, labels, options, mean);
                break;
            case (DType.Float64, DType.UInt8):
                CrossEntropy<F64, F64x, U8>.Total(total, denominator, losses, logSumExp, logits, labels, options, mean);
                break;
            case (DType.Float64, DType.Int32):
                CrossEntropy<F64, F64x, I32>.Total(total, denominator, losses, logSumExp, logits, labels, options, mean);
                break;
            default:
                CrossEntropy<F64, F64x, I64>.Total(total, denominator, losses, logSumExp, logits, labels, options, mean);
                break;
        }
    }

    /// <summary>The gradient of the logits, in one pass.</summary>
    /// <param name="gradient">The gradient, shaped as the logits. It may be the logits.</param>
    /// <param name="logits">The logits.</param>
    /// <param name="logSumExp">What <see cref="Forward"/> kept.</param>
    /// <param name="labels">The labels.</param>
    /// <param name="upstream">The gradient of each row's loss, [rows], or one element for all.</param>
    /// <param name="denominator">What <see cref="Total"/> divided by; null for 1.</param>
    /// <param name="options">The options of <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Backward(
        in Operand gradient,
        in Operand logits,
        in Operand logSumExp,
        in Operand labels,
        in Operand upstream,
        in Operand? denominator = null,
        in CrossEntropyOptions options = default)
    {
        CrossEntropyChecks.Logits(Name, logits, labels, options);
        CrossEntropyChecks.PerRow(Name, "log-sum-exps", logSumExp, logits);
        CrossEntropyChecks.Gradient(Name, gradient, logits, upstream, denominator);
        if (logits.Count == 0)
        {
            return;
        }

        switch (logits.DType, labels.DType)
        {
            case (DType.Float32, DType.UInt8):
                CrossEntropy<F32, F32x, U8>.Backward(gradient, logits, logSumExp, labels, upstream, denominator, options);
                break;
            case (DType.Float32, DType.Int32):
                CrossEntropy<F32, F32x, I32>.Backward(gradient, logits, logSumExp, labels, upstream, denominator, options);
                break;
            case (DType.Float32, DType.Int64):
                CrossEntropy<F32, F32x, I64>.Backward(gradient, logits, logSumExp, labels, upstream, denominator, options);
                break;
            case (DType.Float64, DType.UInt8):
                CrossEntropy<F64, F64x, U8>.Backward(gradient, logits, logSumExp, labels, upstream, denominator, options);
                break;
            case (DType.Float64, DType.Int32):
                CrossEntropy<F64, F64x, I32>.Backward(gradient, logits, logSumExp, labels, upstream, denominator, options);
                break;
            default:
                CrossEntropy<F64, F64x, I64>.Backward(gradient, logits, logSumExp, labels, upstream, denominator, options);
                break;
        }
    }
}

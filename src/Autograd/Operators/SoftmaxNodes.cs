using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Softmax, or its logarithm, of the rows of a matrix.</summary>
internal sealed class SoftmaxNode : Node
{
    private readonly bool _log;

    private SoftmaxNode(Tensor x, Tensor y, bool log)
        : base(log ? "LogSoftmax" : "Softmax", x)
    {
        _log = log;
        Save(y);
    }

    internal static Tensor Run(Tensor x, bool log)
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, log ? "LogSoftmax" : "Softmax");
        Operand rows = x.Contiguous().Operand;
        if (log)
        {
            Softmax.LogForward(y.Operand, rows);
        }
        else
        {
            Softmax.Forward(y.Operand, rows);
        }

        return x.Records() ? new SoftmaxNode(x, y, log).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor y = SavedOutput(0);
        if (Grad.IsEnabled)
        {
            Send(0, _log
                ? gradient - (y.Exp() * gradient.Sum(1, keepDims: true))
                : y * (gradient - (gradient * y).Sum(1, keepDims: true)));
            return;
        }

        Tensor result = Tensor.Uninitialized(y.Shape, y.DType, y.Device, Name);
        Operand given = gradient.Contiguous().Operand;
        if (_log)
        {
            Softmax.LogBackward(result.Operand, y.Operand, given);
        }
        else
        {
            Softmax.Backward(result.Operand, y.Operand, given);
        }

        Send(0, result);
    }
}

/// <summary>
/// The cross-entropy of softmax(logits) and labels: dx_c = g (p_c sum_j q_j - q_c), with p the probabilities and q the weighted,
/// smoothed targets.
/// </summary>
internal sealed class CrossEntropyNode : Node
{
    private readonly CrossEntropyLabels _labels;
    private readonly LossReduction _reduction;

    private CrossEntropyNode(Tensor logits, CrossEntropyLabels labels, Tensor logSumExp, Tensor? denominator, LossReduction reduction)
        : base("SoftmaxCrossEntropy", logits)
    {
        _labels = labels;
        _reduction = reduction;
        SaveInputs(logits);
        Save(labels.Labels, logSumExp, denominator ?? logSumExp, labels.ClassWeights ?? logSumExp);
    }

    internal static Tensor Run(Tensor logits, CrossEntropyLabels labels, LossReduction reduction, out Tensor? denominator)
    {
        int rows = logits.Shape[0];
        Tensor losses = Tensor.Uninitialized(rows, logits.DType, logits.Device, "SoftmaxCrossEntropy");
        Tensor logSumExp = Tensor.Uninitialized(rows, logits.DType, logits.Device, "SoftmaxCrossEntropy");
        Tensor source = logits.Contiguous();
        CrossEntropyOptions options = labels.Options(labels.ClassWeights);
        Tensor result = losses;
        denominator = null;
        if (reduction == LossReduction.None)
        {
            SoftmaxCrossEntropy.Forward(losses.Operand, logSumExp.Operand, source.Operand, labels.Labels.Operand, options);
        }
        else
        {
            result = Tensor.Uninitialized(Shape.Scalar, logits.DType, logits.Device, "SoftmaxCrossEntropy");
            denominator = Tensor.Uninitialized(Shape.Scalar, logits.DType, logits.Device, "SoftmaxCrossEntropy");
            SoftmaxCrossEntropy.Total(
                result.Operand, denominator.Operand, losses.Operand, logSumExp.Operand, source.Operand, labels.Labels.Operand, options,
                reduction == LossReduction.Mean);
        }

        return logits.Records() ? new CrossEntropyNode(logits, labels, logSumExp, denominator, reduction).Attach(result) : result;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor logits = Saved(0);
        Tensor labels = Saved(1);
        Tensor logSumExp = Saved(2);
        Tensor denominator = Saved(3);
        Tensor? weights = _labels.ClassWeights is null ? null : Saved(4);
        if (Grad.IsEnabled)
        {
            Tensor target = _labels.Targets(labels, weights, logits.Shape[1], logits.DType);
            Tensor slope = (logits.Softmax(1) * target.Sum(1, keepDims: true)) - target;
            Send(0, slope * (_reduction == LossReduction.None ? gradient.Unsqueeze(1) : gradient / denominator));
            return;
        }

        Tensor result = Tensor.Uninitialized(logits.Shape, logits.DType, logits.Device, Name);
        SoftmaxCrossEntropy.Backward(
            result.Operand, logits.Contiguous().Operand, logSumExp.Operand, labels.Operand, gradient.Contiguous().Operand,
            _reduction == LossReduction.None ? null : denominator.Operand, _labels.Options(weights));
        Send(0, result);
    }
}

/// <summary>Labels and what is to be made of them.</summary>
internal sealed record CrossEntropyLabels(Tensor Labels, double Smoothing, Tensor? ClassWeights, int IgnoreIndex)
{
    internal CrossEntropyOptions Options(Tensor? weights) => new(Smoothing, IgnoreIndex, weights?.Operand);

    /// <summary>q, [rows, classes]: w_c ((1 - smoothing) [c = label] + smoothing / C), 0 in ignored rows.</summary>
    internal Tensor Targets(Tensor labels, Tensor? weights, int classes, DType dtype)
    {
        Tensor counts = labels.To(DType.Int64).NotEqual(IgnoreIndex).To(dtype).Unsqueeze(1);
        Tensor smooth = ((labels.OneHot(classes, dtype) * (1 - Smoothing)) + (Smoothing / classes)) * counts;
        return weights is null ? smooth : smooth * weights;
    }
}

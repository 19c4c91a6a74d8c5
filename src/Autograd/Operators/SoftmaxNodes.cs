using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Softmax, or its logarithm, of the rows of a matrix.</summary>
internal sealed class SoftmaxNode : Node
{
    private readonly bool _log;

    private SoftmaxNode(string name, Tensor x, Tensor y, bool log)
        : base(name, x)
    {
        _log = log;
        Save(y);
    }

    /// <param name="x">[rows, columns].</param>
    /// <param name="log">Whether to take the logarithm.</param>
    /// <param name="mask">Which elements take part, [mask rows, columns], or null.</param>
    /// <param name="repeat">How many rows share a row of the mask.</param>
    internal static Tensor Run(Tensor x, bool log, Tensor? mask = null, int repeat = 1)
    {
        string name = log ? "LogSoftmax" : mask is null ? "Softmax" : "MaskedSoftmax";
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, name);
        RowOperands operands = new() { A = x.Contiguous().Operand, Output = y.Operand, Mask = mask?.Operand, MaskRepeat = repeat };
        if (log)
        {
            Rows.Run<LogSoftmaxOp>(name, operands);
        }
        else if (mask is null)
        {
            Rows.Run<SoftmaxOp>(name, operands);
        }
        else
        {
            Rows.Run<MaskedSoftmaxOp>(name, operands);
        }

        return x.Records() ? new SoftmaxNode(name, x, y, log).Attach(y) : y;
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
        RowOperands operands = new() { A = y.Operand, B = gradient.Contiguous().Operand, Output = result.Operand };
        if (_log)
        {
            Rows.Run<LogSoftmaxGradientOp>(Name, operands);
        }
        else
        {
            Rows.Run<SoftmaxGradientOp>(Name, operands);
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
    private const string Operation = "SoftmaxCrossEntropy";
    private readonly CrossEntropyLabels _labels;
    private readonly LossReduction _reduction;

    private CrossEntropyNode(Tensor logits, CrossEntropyLabels labels, Tensor logSumExp, Tensor? denominator, LossReduction reduction)
        : base(Operation, logits)
    {
        _labels = labels;
        _reduction = reduction;
        SaveInputs(logits);
        Save(labels.Labels, logSumExp, denominator ?? logSumExp, labels.ClassWeights ?? logSumExp);
    }

    internal static Tensor Run(Tensor logits, CrossEntropyLabels labels, LossReduction reduction, out Tensor? denominator)
    {
        int rows = logits.Shape[0];
        Tensor losses = Tensor.Uninitialized(rows, logits.DType, logits.Device, Operation);
        Tensor logSumExp = Tensor.Uninitialized(rows, logits.DType, logits.Device, Operation);
        RowOperands operands = labels.Operands(logits, labels.Labels, labels.ClassWeights);
        operands.LastP = logSumExp.Operand;
        operands.LastQ = losses.Operand;
        operands.R = 1 - labels.Smoothing;
        Tensor result = losses;
        denominator = null;
        if (reduction == LossReduction.None)
        {
            if (labels.Smoothing > 0)
            {
                Rows.Run<CrossEntropyOp<SmoothLabelTarget>>(Operation, operands);
            }
            else
            {
                Rows.Run<CrossEntropyOp<LabelTarget>>(Operation, operands);
            }
        }
        else
        {
            result = Tensor.Uninitialized(Shape.Scalar, logits.DType, logits.Device, Operation);
            denominator = Tensor.Uninitialized(Shape.Scalar, logits.DType, logits.Device, Operation);
            bool mean = reduction == LossReduction.Mean;
            if (labels.Smoothing > 0)
            {
                Rows.Total<SmoothLabelTarget>(Operation, operands, result.Operand, denominator.Operand, mean);
            }
            else
            {
                Rows.Total<LabelTarget>(Operation, operands, result.Operand, denominator.Operand, mean);
            }
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
        RowOperands operands = _labels.Operands(logits, labels, weights);
        operands.FirstP = logSumExp.Operand;
        operands.FirstQ = gradient.Contiguous().Operand;
        operands.FirstR = _reduction == LossReduction.None ? null : denominator.Operand;
        operands.R = 1;
        operands.Output = result.Operand;
        if (_labels.Smoothing > 0)
        {
            Rows.Run<CrossEntropyGradientOp<SmoothLabelTarget>>(Name, operands);
        }
        else
        {
            Rows.Run<CrossEntropyGradientOp<LabelTarget>>(Name, operands);
        }

        Send(0, result);
    }
}

/// <summary>Labels and what is to be made of them.</summary>
internal sealed record CrossEntropyLabels(Tensor Labels, double Smoothing, Tensor? ClassWeights, int IgnoreIndex)
{
    internal RowOperands Operands(Tensor logits, Tensor labels, Tensor? weights) => new()
    {
        A = logits.Contiguous().Operand,
        G = weights?.Operand,
        Labels = labels.Operand,
        IgnoredLabel = IgnoreIndex,
        S = Smoothing / Math.Max(1, logits.Shape[1]),
    };

    /// <summary>q, [rows, classes]: w_c ((1 - smoothing) [c = label] + smoothing / C), 0 in ignored rows.</summary>
    internal Tensor Targets(Tensor labels, Tensor? weights, int classes, DType dtype)
    {
        Tensor counts = labels.To(DType.Int64).NotEqual(IgnoreIndex).To(dtype).Unsqueeze(1);
        Tensor smooth = ((labels.OneHot(classes, dtype) * (1 - Smoothing)) + (Smoothing / classes)) * counts;
        return weights is null ? smooth : smooth * weights;
    }
}

/// <summary>
/// The cross-entropy of softmax(logits) and distributions t, of each row: with q_c = w_c ((1 - e) t_c + e / C) and p the probabilities,
/// dx_c = g (p_c sum_j q_j - q_c) and dt_c = -g w_c (1 - e) ln p_c.
/// </summary>
internal sealed class DistributionCrossEntropyNode : Node
{
    private const string Operation = "SoftmaxCrossEntropy";
    private readonly double _smoothing;
    private readonly bool _isWeighted;

    private DistributionCrossEntropyNode(Tensor logits, Tensor target, Tensor? weights, Tensor logSumExp, double smoothing)
        : base(Operation, logits, target)
    {
        _smoothing = smoothing;
        _isWeighted = weights is not null;
        SaveInputs(logits, target);
        Save(logSumExp, weights ?? logSumExp);
    }

    internal static Tensor Run(Tensor logits, Tensor target, Tensor? weights, double smoothing)
    {
        Tensor losses = Tensor.Uninitialized(logits.Shape[0], logits.DType, logits.Device, Operation);
        Tensor logSumExp = Tensor.Uninitialized(logits.Shape[0], logits.DType, logits.Device, Operation);
        RowOperands operands = Operands(logits, target, weights, smoothing);
        operands.LastP = logSumExp.Operand;
        operands.LastQ = losses.Operand;
        Rows.Run<CrossEntropyOp<DistributionTarget>>(Operation, operands);
        return logits.Records() || target.Records()
            ? new DistributionCrossEntropyNode(logits, target, weights, logSumExp, smoothing).Attach(losses)
            : losses;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor logits = Saved(0);
        Tensor target = Saved(1);
        Tensor? weights = _isWeighted ? Saved(3) : null;
        if (Wants(1))
        {
            // A class whose weight is 0 takes no gradient, even where its logit is -inf.
            Tensor factor = (gradient * -(1 - _smoothing)).Unsqueeze(1);
            Send(1, Fuse.Binary<WeightOp>(weights is null ? factor : factor * weights, logits.LogSoftmax(1)));
        }

        if (!Wants(0))
        {
            return;
        }

        if (Grad.IsEnabled)
        {
            Tensor smooth = (target * (1 - _smoothing)) + (_smoothing / logits.Shape[1]);
            Tensor q = weights is null ? smooth : smooth * weights;
            Send(0, ((logits.Softmax(1) * q.Sum(1, keepDims: true)) - q) * gradient.Unsqueeze(1));
            return;
        }

        Tensor result = Tensor.Uninitialized(logits.Shape, logits.DType, logits.Device, Name);
        RowOperands operands = Operands(logits, target, weights, _smoothing);
        operands.FirstP = Saved(2).Operand;
        operands.FirstQ = gradient.Contiguous().Operand;
        operands.Output = result.Operand;
        Rows.Run<CrossEntropyGradientOp<DistributionTarget>>(Name, operands);
        Send(0, result);
    }

    private static RowOperands Operands(Tensor logits, Tensor target, Tensor? weights, double smoothing) => new()
    {
        A = logits.Contiguous().Operand,
        B = target.Contiguous().Operand,
        G = weights?.Operand,
        R = 1 - smoothing,
        S = smoothing / Math.Max(1, logits.Shape[1]),
    };
}

namespace DeepSharp.Kernels;

/// <summary>Hands the cross-entropy to the CPU or the GPU form, for one type of logits and of labels.</summary>
internal static unsafe class CrossEntropy<TScalar, TVector, TLabel>
    where TScalar : unmanaged, IReal<TScalar>
    where TVector : unmanaged, IReal<TVector>
    where TLabel : unmanaged, IScalar<TLabel>
{
    internal static void Forward(
        in Operand losses, in Operand logSumExp, in Operand logits, in Operand labels, in CrossEntropyOptions options)
    {
        CrossEntropyTerms terms = new(options);
        if (!logits.Device.IsHost)
        {
            GpuCrossEntropy<TScalar, TLabel>.Forward(losses, logSumExp, logits, labels, options.Weights, terms);
            return;
        }

        logits.Device.CountLaunch();
        OnHost(losses, logSumExp, logits, labels, options.Weights, terms);
    }

    internal static void Total(
        in Operand total,
        in Operand denominator,
        in Operand losses,
        in Operand logSumExp,
        in Operand logits,
        in Operand labels,
        in CrossEntropyOptions options,
        bool mean)
    {
        CrossEntropyTerms terms = new(options);
        if (!logits.Device.IsHost)
        {
            GpuCrossEntropy<TScalar, TLabel>.Total(total, denominator, losses, logSumExp, logits, labels, options.Weights, terms, mean);
            return;
        }

        logits.Device.CountLaunch();
        OnHost(losses, logSumExp, logits, labels, options.Weights, terms);
        HostCrossEntropy<TScalar, TVector, TLabel>.Total(
            total.Host<TScalar>(), denominator.Host<TScalar>(), losses, labels, options.Weights, terms, mean);
    }

    private static void OnHost(
        in Operand losses, in Operand logSumExp, in Operand logits, in Operand labels, in Operand? weights, CrossEntropyTerms terms)
    {
        HostCrossEntropy<TScalar, TVector, TLabel> form = new(logits, labels, weights, terms);
        int bad = form.Forward(losses.Host<TScalar>(), logSumExp.Host<TScalar>());
        if (bad >= 0)
        {
            throw new ArgumentException(
                $"SoftmaxCrossEntropy: label {TLabel.ToDouble(labels.Host<TLabel>()[bad])} of row {bad} is outside 0 … "
                + $"{logits.Dims[1] - 1}. Correct the labels, or make the last layer wider.", nameof(labels));
        }
    }

    internal static void Backward(
        in Operand gradient,
        in Operand logits,
        in Operand logSumExp,
        in Operand labels,
        in Operand upstream,
        in Operand? denominator,
        in CrossEntropyOptions options)
    {
        CrossEntropyTerms terms = new(options);
        if (!logits.Device.IsHost)
        {
            GpuCrossEntropy<TScalar, TLabel>.Backward(
                gradient, logits, logSumExp, labels, upstream, denominator, options.Weights, terms);
            return;
        }

        logits.Device.CountLaunch();
        HostCrossEntropy<TScalar, TVector, TLabel> form = new(logits, labels, options.Weights, terms);
        form.Backward(
            gradient.Host<TScalar>(), logSumExp.Host<TScalar>(), upstream.Host<TScalar>(), upstream.Count > 1 ? 1 : 0,
            denominator is { } divisor ? divisor.Host<TScalar>() : null);
    }
}

/// <summary>The numbers of <see cref="CrossEntropyOptions"/>, as a kernel takes them.</summary>
internal readonly struct CrossEntropyTerms(in CrossEntropyOptions options)
{
    /// <summary>The part of the target that is spread over all classes.</summary>
    internal readonly double Smoothing = options.LabelSmoothing;

    /// <summary>The label that is ignored; a half, which no label equals, for none.</summary>
    internal readonly double Ignored = options.IgnoreIndex ?? 0.5;
}

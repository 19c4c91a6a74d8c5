namespace DeepSharp.Kernels;

/// <summary>The errors of <see cref="SoftmaxCrossEntropy"/> and <see cref="CorrectPredictions"/>.</summary>
internal static class CrossEntropyChecks
{
    internal static void Logits(string name, in Operand logits, in Operand labels, in CrossEntropyOptions options)
    {
        if (logits.DType is not (DType.Float32 or DType.Float64))
        {
            throw SoftmaxChecks.NotReal(name, logits);
        }

        if (logits.Dims.Length != 2 || labels.Dims.Length != 1 || labels.Dims[0] != logits.Dims[0])
        {
            throw new ArgumentException(
                $"{name}: logits of shape {ReductionChecks.Text(logits)} and labels of shape {ReductionChecks.Text(labels)}. Logits are "
                + "[rows, columns] and labels [rows]; permute and reshape them.", nameof(labels));
        }

        SoftmaxChecks.Contiguous(name, logits);
        Labels(name, labels);
        SoftmaxChecks.SameDevice(name, logits, labels);
        Options(name, options);
        if (options.Weights is { } weights)
        {
            SoftmaxChecks.Alike(name, logits, weights);
            if (weights.Dims.Length != 1 || weights.Dims[0] != logits.Dims[1])
            {
                throw new ArgumentException(
                    $"{name}: weights of shape {ReductionChecks.Text(weights)} for {logits.Dims[1]} classes. Give one per class.");
            }
        }
    }

    internal static void Total(string name, in Operand total, in Operand denominator, in Operand logits)
    {
        SoftmaxChecks.Alike(name, logits, total);
        SoftmaxChecks.Alike(name, logits, denominator);
        if (total.Count != 1 || denominator.Count != 1)
        {
            throw new ArgumentException(
                $"{name}: a total of shape {ReductionChecks.Text(total)} and a denominator of shape {ReductionChecks.Text(denominator)}. "
                + "Each is one element.", nameof(total));
        }
    }

    internal static void PerRow(string name, string what, in Operand values, in Operand logits)
    {
        if (values.Dims.Length != 1 || values.Dims[0] != logits.Dims[0])
        {
            throw new ArgumentException(
                $"{name}: {what} of shape {ReductionChecks.Text(values)} for logits of shape {ReductionChecks.Text(logits)}. "
                + $"Use [{logits.Dims[0]}].", nameof(values));
        }

        SoftmaxChecks.Alike(name, values, logits);
        SoftmaxChecks.Contiguous(name, values);
    }

    internal static void Gradient(string name, in Operand gradient, in Operand logits, in Operand upstream, in Operand? denominator)
    {
        SoftmaxChecks.Rows(name, gradient, logits);
        if (upstream.Count == 1)
        {
            SoftmaxChecks.Alike(name, upstream, logits);
        }
        else
        {
            PerRow(name, "upstream gradients", upstream, logits);
        }

        if (denominator is { } divisor)
        {
            SoftmaxChecks.Alike(name, divisor, logits);
            if (divisor.Count != 1)
            {
                throw new ArgumentException(
                    $"{name}: a denominator of shape {ReductionChecks.Text(divisor)}. It is one element.", nameof(denominator));
            }
        }
    }

    internal static void Labels(string name, in Operand labels)
    {
        if (!labels.DType.IsInteger)
        {
            throw new ArgumentException($"{name}: labels of type {labels.DType}. Use Int32, Int64 or UInt8.", nameof(labels));
        }

        SoftmaxChecks.Contiguous(name, labels);
    }

    private static void Options(string name, in CrossEntropyOptions options)
    {
        if (options.LabelSmoothing is not (>= 0 and <= 1))
        {
            throw new ArgumentException(
                $"{name}: a label smoothing of {options.LabelSmoothing}. It is at least 0 and at most 1.", nameof(options));
        }

        if (options.Weights is { } weights)
        {
            SoftmaxChecks.Contiguous(name, weights);
        }
    }
}

namespace DeepSharp;

/// <summary>A sum times a constant, a mean among them: each element gets the gradient times the constant.</summary>
internal sealed class SumNode(Tensor x, ReducedAxes axes, double scale) : Node(scale == 1 ? "Sum" : "Mean", x)
{
    private readonly Shape _shape = x.Shape;

    internal override void Backward(Tensor gradient)
    {
        Tensor kept = gradient.Reshape(axes.Kept);
        SendSame(0, (scale == 1 ? kept : kept * scale).Expand(_shape));
    }
}

/// <summary>The largest or smallest element: the gradient goes to it, in equal parts where there are several.</summary>
internal sealed class ExtremeNode : Node
{
    private readonly ReducedAxes _axes;

    internal ExtremeNode(string name, Tensor x, Tensor value, ReducedAxes axes)
        : base(name, x)
    {
        _axes = axes;
        SaveInputs(x);
        Save(value);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0).Detach();
        Tensor winners = x.Equal(Saved(1).Detach()).To(gradient.DType);
        Tensor count = ReductionKernels.Sum(winners, _axes);
        Send(0, gradient.Reshape(_axes.Kept) * (winners / count));
    }
}

/// <summary>The variance: dx = 2 (x - mean) g / (n - correction).</summary>
internal sealed class VarianceNode : Node
{
    private readonly ReducedAxes _axes;
    private readonly int _correction;

    internal VarianceNode(Tensor x, ReducedAxes axes, int correction)
        : base("Variance", x)
    {
        _axes = axes;
        _correction = correction;
        SaveInputs(x);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor x = Saved(0);
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(axis => (_axes.Mask >> axis & 1) != 0)];
        Tensor distance = axes.Length == 0 ? x - x : x - x.Mean(axes, keepDims: true);
        Send(0, distance * gradient.Reshape(_axes.Kept) * (2.0 / (_axes.Count - _correction)));
    }
}

/// <summary>ln sum e^x: dx = e^(x - y) g.</summary>
internal sealed class LogSumExpNode : Node
{
    private readonly ReducedAxes _axes;

    internal LogSumExpNode(Tensor x, Tensor value, ReducedAxes axes)
        : base("LogSumExp", x)
    {
        _axes = axes;
        SaveInputs(x);
        Save(value);
    }

    internal override void Backward(Tensor gradient) =>
        Send(0, (Saved(0) - SavedOutput(1)).Exp() * gradient.Reshape(_axes.Kept));
}

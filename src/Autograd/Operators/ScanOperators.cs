using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Running sums, products and extremes along an axis, with gradients of any order.</summary>
/// <remarks>16-bit floats are summed in Float32; integers and masks as Int64.</remarks>
public static class ScanOperators
{
    extension(Tensor x)
    {
        /// <summary>The sums of the elements up to each one along an axis, that one included.</summary>
        /// <param name="axis">The axis, from the end if negative.</param>
        public Tensor CumulativeSum(int axis)
        {
            ArgumentNullException.ThrowIfNull(x);
            return x.DType.IsHalfPrecision
                ? x.HalfToSingle().CumulativeSum(axis).Like(x).MadeBy(nameof(CumulativeSum))
                : RunningSumNode.Run(Number(x), x.Shape.Axis(axis, nameof(CumulativeSum)), reverse: false);
        }

        /// <summary>The products of the elements up to each one along an axis, that one included. The gradients are right among zeros, too.</summary>
        /// <param name="axis">The axis, from the end if negative.</param>
        public Tensor CumulativeProduct(int axis)
        {
            ArgumentNullException.ThrowIfNull(x);
            return x.DType.IsHalfPrecision
                ? x.HalfToSingle().CumulativeProduct(axis).Like(x).MadeBy(nameof(CumulativeProduct))
                : RunningProductNode.Run(Number(x), x.Shape.Axis(axis, nameof(CumulativeProduct)));
        }

        /// <summary>The largest of the elements up to each one along an axis, that one included, and where it stands, Int64; of equal elements the last.
        /// NaN is above all numbers. PyTorch's cummax.</summary>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <returns>Values, of x's element type, and their places along the axis. Gradients go to where the values stand.</returns>
        public (Tensor Values, Tensor Places) CumulativeMax(int axis) => RunningExtreme(nameof(CumulativeMax), x, axis, default(Running<Largest>));

        /// <summary>The smallest of the elements up to each one along an axis, that one included, and where it stands, Int64; of equal elements the
        /// last. NaN is below all numbers here. PyTorch's cummin.</summary>
        /// <inheritdoc cref="CumulativeMax(Tensor, int)"/>
        public (Tensor Values, Tensor Places) CumulativeMin(int axis) => RunningExtreme(nameof(CumulativeMin), x, axis, default(Running<Smallest>));

        /// <summary>The logarithms of the sums of e^x up to each element along an axis, without overflow.</summary>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">The elements are integers.</exception>
        public Tensor CumulativeLogSumExp(int axis)
        {
            ReductionKernels.RequireReal(nameof(CumulativeLogSumExp), x);
            return x.DType.IsHalfPrecision
                ? x.HalfToSingle().CumulativeLogSumExp(axis).Like(x).MadeBy(nameof(CumulativeLogSumExp))
                : RunningLogSumExpNode.Run(x, x.Shape.Axis(axis, nameof(CumulativeLogSumExp)));
        }
    }

    private static (Tensor Values, Tensor Places) RunningExtreme<TScan>(string name, Tensor x, int axis, TScan scan)
        where TScan : unmanaged, INumericScan
    {
        ArgumentNullException.ThrowIfNull(x);
        int along = x.Shape.Axis(axis, name);
        Tensor keys = Binary.Number(x.Detach().HalfToSingle());
        Tensor extremes = Tensor.Uninitialized(keys.Shape, keys.DType, keys.Device, name);
        Scan.RunNumeric(scan, extremes.Operand, keys.Operand, along, reverse: false);

        // An element that the running value equals is where it stands from there on: the places are the largest of those so far.
        Tensor isExtreme = keys.DType.IsFloatingPoint ? keys.Equal(extremes) | keys.IsNaN() : keys.Equal(extremes);
        int[] line = [.. Enumerable.Repeat(1, x.Rank)];
        line[along] = x.Shape[along];
        Tensor own = Tensor.Arange(x.Shape[along], DType.Int64, x.Device).Reshape(new Shape(line));
        Tensor places = Tensor.Where(isExtreme, own, Tensor.Zeros(Shape.Scalar, DType.Int64, x.Device));
        Scan.RunNumeric(default(Running<Largest>), places.Operand, places.Operand, along, reverse: false);
        return (x.Gather(places, along).MadeBy(name), places.MadeBy(name));
    }

    private static Tensor Number(Tensor x) => x.DType.IsFloatingPoint ? x : x.To(DType.Int64);
}

/// <summary>A running sum: its gradient is the one from the other end.</summary>
internal sealed class RunningSumNode(Tensor x, int axis, bool reverse) : Node("CumulativeSum", x)
{
    internal static Tensor Run(Tensor x, int axis, bool reverse)
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, "CumulativeSum");
        Scan.RunNumeric(default(SumScan), y.Operand, x.Operand, axis, reverse);
        return x.Records() ? new RunningSumNode(x, axis, reverse).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient) => Send(0, Run(gradient, axis, !reverse));
}

/// <summary>The recurrence y_i = a_i y_(i - 1) + b_i: its gradient by b is the recurrence from the other end, l_i = g_i + a_(i + 1) l_(i + 1), that
/// by a is l_i y_(i - 1).</summary>
internal sealed class ScanRecurrenceNode : Node
{
    private readonly int _axis;
    private readonly bool _reverse;

    private ScanRecurrenceNode(Tensor a, Tensor b, Tensor y, int axis, bool reverse)
        : base("Recurrence", a, b)
    {
        (_axis, _reverse) = (axis, reverse);
        SaveInputs(a);
        Save(y);
    }

    internal static Tensor Run(Tensor a, Tensor b, int axis, bool reverse)
    {
        Tensor y = Tensor.Uninitialized(a.Shape, a.DType, a.Device, "Recurrence");
        Scan.Run(default(RecurrenceScan), y.Operand, a.Operand, b.Operand, axis, reverse);
        return a.Records() || b.Records() ? new ScanRecurrenceNode(a, b, y, axis, reverse).Attach(y) : y;
    }

    /// <summary>Each element in its neighbour's place: from the one before, or behind, with a number where there is none.</summary>
    internal static Tensor Neighbour(Tensor x, int axis, bool before, double end)
    {
        int[] dims = x.Shape.ToArray();
        int rest = Math.Max(0, dims[axis] - 1);
        dims[axis] = Math.Min(1, dims[axis]);
        Tensor edge = Tensor.Full(new Shape(dims), end, x.DType, x.Device);
        return before ? Tensor.Concatenate([edge, x.Narrow(axis, 0, rest)], axis) : Tensor.Concatenate([x.Narrow(axis, x.Shape[axis] - rest, rest), edge], axis);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor flow = Run(Neighbour(Saved(0), _axis, _reverse, 0), gradient, _axis, !_reverse);
        if (Wants(0))
        {
            Send(0, flow * Neighbour(SavedOutput(1), _axis, !_reverse, 0));
        }

        if (Wants(1))
        {
            Send(1, flow);
        }
    }
}

/// <summary>A running product, the recurrence y_i = x_i y_(i - 1) from 1: dx_i = l_i y_(i - 1), with no division that a zero would spoil.</summary>
internal sealed class RunningProductNode : Node
{
    private readonly int _axis;

    private RunningProductNode(Tensor x, Tensor y, int axis)
        : base("CumulativeProduct", x)
    {
        _axis = axis;
        SaveInputs(x);
        Save(y);
    }

    internal static Tensor Run(Tensor x, int axis)
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, "CumulativeProduct");
        Scan.RunNumeric(default(ProductScan), y.Operand, x.Operand, axis, reverse: false);
        return x.Records() ? new RunningProductNode(x, y, axis).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor flow = ScanRecurrenceNode.Run(ScanRecurrenceNode.Neighbour(Saved(0), _axis, before: false, 0), gradient, _axis, reverse: true);
        Send(0, flow * ScanRecurrenceNode.Neighbour(SavedOutput(1), _axis, before: true, 1));
    }
}

/// <summary>A running log-sum-exp: l_i = g_i + e^(y_i - y_(i + 1)) l_(i + 1), dx_i = e^(x_i - y_i) l_i, no exponent of which is above 0.</summary>
internal sealed class RunningLogSumExpNode : Node
{
    private readonly int _axis;

    private RunningLogSumExpNode(Tensor x, Tensor y, int axis)
        : base("CumulativeLogSumExp", x)
    {
        _axis = axis;
        SaveInputs(x);
        Save(y);
    }

    internal static Tensor Run(Tensor x, int axis)
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType, x.Device, "CumulativeLogSumExp");
        Scan.Run(default(LogSumExpScan), y.Operand, x.Operand, x.Operand, axis, reverse: false);
        return x.Records() ? new RunningLogSumExpNode(x, y, axis).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient)
    {
        // Where all is minus infinity so far, nothing has a share.
        Tensor y = SavedOutput(1);
        Tensor nothing = y.Detach().Equal(double.NegativeInfinity);
        Tensor finite = y.MaskedFill(nothing, 0);
        Tensor next = ScanRecurrenceNode.Neighbour(finite, _axis, before: false, double.PositiveInfinity);
        Tensor kept = (y - next).Exp();
        Tensor flow = ScanRecurrenceNode.Run(kept, gradient, _axis, reverse: true);
        Send(0, flow * (Saved(0) - finite).Exp());
    }
}

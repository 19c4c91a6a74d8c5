using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The windows that a caller asked for: sizes, or for adaptive pooling the number of outputs.</summary>
internal sealed record PoolWindow(PerAxis Kernel, PerAxis? Stride, PerAxis? Padding, PerAxis? Dilation, bool CeilMode)
{
    /// <summary>So many windows that share an axis out evenly.</summary>
    internal PoolWindow(PerAxis outputs)
        : this(outputs, null, null, null, false) => IsAdaptive = true;

    /// <summary>Whether <see cref="Kernel"/> is the number of outputs.</summary>
    internal bool IsAdaptive { get; }

    /// <summary>The axes of a pooling over the last ones of an input.</summary>
    /// <exception cref="ArgumentException">The window does not fit.</exception>
    internal PoolAxis[] Axes(string name, Tensor x, int count)
    {
        PoolAxis[] axes = [PoolAxis.None, PoolAxis.None, PoolAxis.None];
        int[] kernel = Kernel.Of(count, 1, name, IsAdaptive ? "outputs" : "kernel");
        int[] stride = (Stride ?? Kernel).Of(count, 1, name, "stride");
        int[] padding = (Padding ?? 0).Of(count, 0, name, "padding");
        int[] dilation = (Dilation ?? 1).Of(count, 1, name, "dilation");
        for (int i = 0; i < count; i++)
        {
            int length = x.Shape[x.Rank - count + i];
            if (IsAdaptive)
            {
                axes[3 - count + i] = new(length, kernel[i], 0, 1, 1, 0);
                continue;
            }

            if (padding[i] > kernel[i] / 2)
            {
                throw new ArgumentException(
                    $"{name}: a padding of {padding[i]} is more than half of a kernel of {kernel[i]}, so that windows would hold nothing. Use less.");
            }

            long rest = length + (2L * padding[i]) - ((long)dilation[i] * (kernel[i] - 1)) - 1;
            if (rest < 0)
            {
                throw new ArgumentException(
                    $"{name}: a kernel of {Kernel}{(Dilation is { } d ? $" with a dilation of {d}" : string.Empty)} is longer than the input "
                    + $"{x.Shape} with a padding of {padding[i]}. Use a smaller kernel, or more padding.");
            }

            long outputs = ((rest + (CeilMode ? stride[i] - 1 : 0)) / stride[i]) + 1;
            if (CeilMode && (outputs - 1) * stride[i] >= length + padding[i])
            {
                outputs--;
            }

            axes[3 - count + i] = new(length, checked((int)outputs), kernel[i], stride[i], dilation[i], padding[i]);
        }

        return axes;
    }
}

/// <summary>Poolings outside the graph, and their checks.</summary>
internal static class Pool
{
    internal static Tensor Max(string name, int axes, Tensor x, PoolWindow window, out Tensor? places, bool keepsPlaces = false)
    {
        PoolShape shape = Shape(name, axes, x, window, PoolShape.Elements, out Shape result);
        Tensor source = x.HalfToSingle().Contiguous();
        Tensor y = Tensor.Uninitialized(result, source.DType, x.Device, name);
        places = keepsPlaces || x.Records() ? Tensor.Uninitialized(result, DType.Int32, x.Device, name) : null;
        Pooling.Max(shape, y.Operand, places?.Operand, source.Detach().Operand);
        return (source.Records() ? new MaxPoolNode(name, shape, source, places!).Attach(y) : y).To(x.DType);
    }

    internal static Tensor Average(
        string name, int axes, Tensor x, PoolWindow window, bool countIncludePad = true, int? divisor = null)
    {
        if (divisor is { } number)
        {
            Bounds.AtLeast(1, number, name, nameof(divisor));
        }

        int dividesBy = divisor ?? (countIncludePad ? PoolShape.ElementsAndPadding : PoolShape.Elements);
        PoolShape shape = Shape(name, axes, x, window, dividesBy, out Shape result);
        if (window.IsAdaptive && shape.OutputSize == 1)
        {
            return x.Mean([.. Enumerable.Range(x.Rank - axes, axes)], keepDims: true).MadeBy(name);
        }

        return AveragePoolNode.Run(name, shape, result, x.HalfToSingle()).To(x.DType);
    }

    private static PoolShape Shape(string name, int axes, Tensor x, PoolWindow window, int dividesBy, out Shape result)
    {
        ArgumentNullException.ThrowIfNull(x);
        ReductionKernels.RequireReal(name, x);
        if (x.Rank != axes + 1 && x.Rank != axes + 2)
        {
            string lengths = axes == 1 ? "L" : axes == 2 ? "H, W" : "D, H, W";
            throw new ArgumentException($"{name}: an input {x.Shape}. Use [N, C, {lengths}] or [C, {lengths}].", nameof(x));
        }

        for (int axis = x.Rank - axes; axis < x.Rank; axis++)
        {
            if (x.Shape[axis] == 0)
            {
                throw new ArgumentException($"{name}: an input {x.Shape} has nothing to pool along axis {axis}.", nameof(x));
            }
        }

        PoolAxis[] all = window.Axes(name, x, axes);
        result = DeepSharp.Shape.OfResult(name, [.. x.Shape.AsSpan()[..^axes], .. all[^axes..].Select(static axis => axis.Output)]);
        return new(all[0], all[1], all[2], dividesBy);
    }
}

/// <summary>The largest elements of windows: each gradient goes to where its element stood.</summary>
internal sealed class MaxPoolNode : Node
{
    private readonly PoolShape _windows;
    private readonly Shape _shape;

    internal MaxPoolNode(string name, PoolShape windows, Tensor x, Tensor places)
        : base(name, x)
    {
        _windows = windows;
        _shape = x.Shape;
        Save(places);
    }

    internal override void Backward(Tensor gradient)
    {
        Tensor places = Saved(0);
        if (Grad.IsEnabled && gradient.Records())
        {
            // In terms of other operators, which have gradients of their own.
            int planes = _shape.Size / _windows.SourceSize;
            Send(0, Tensor.Zeros(new Shape(planes, _windows.SourceSize), gradient.DType, gradient.Device)
                .ScatterAdd(places.Reshape(planes, _windows.OutputSize), gradient.Reshape(planes, _windows.OutputSize), 1).Reshape(_shape));
            return;
        }

        Tensor sum = Tensor.Uninitialized(_shape, gradient.DType, gradient.Device, Name);
        Pooling.MaxGradient(_windows, sum.Operand, places.Operand, gradient.Contiguous().Operand);
        Send(0, sum);
    }
}

/// <summary>The averages of windows, or their gradient, which is linear as well: each is the gradient of the other.</summary>
internal sealed class AveragePoolNode : Node
{
    private readonly PoolShape _windows;
    private readonly Shape _shape;
    private readonly bool _isGradient;

    private AveragePoolNode(string name, PoolShape windows, Tensor x, bool isGradient)
        : base(name, x)
    {
        _windows = windows;
        _shape = x.Shape;
        _isGradient = isGradient;
    }

    internal static Tensor Run(string name, PoolShape windows, Shape result, Tensor x, bool isGradient = false)
    {
        Tensor y = Tensor.Uninitialized(result, x.DType, x.Device, name);
        Operand given = x.Detach().Contiguous().Operand;
        if (isGradient)
        {
            Pooling.AverageGradient(windows, y.Operand, given);
        }
        else
        {
            Pooling.Average(windows, y.Operand, given);
        }

        return x.Records() ? new AveragePoolNode(name, windows, x, isGradient).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient) => Send(0, Run(Name, _windows, _shape, gradient, !_isGradient));
}

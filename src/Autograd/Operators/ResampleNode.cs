using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Linear maps of the last axes: the gradient's are the transposed ones, and so is its gradient's.</summary>
internal sealed class ResampleNode : Node
{
    private readonly AxisTaps[] _axes;

    private ResampleNode(string name, Tensor x, AxisTaps[] axes)
        : base(name, x) => _axes = axes;

    /// <summary>The maps, applied to the last one, two or three axes.</summary>
    internal static Tensor Run(string name, Tensor x, params AxisTaps[] axes)
    {
        if (x.DType.IsHalfPrecision)
        {
            return Run(name, x.HalfToSingle(), axes).To(x.DType);
        }

        Shape shape = Shape.OfResult(name, [.. x.Shape.AsSpan()[..^axes.Length], .. axes.Select(static axis => axis.Outputs)]);
        Tensor y = Tensor.Uninitialized(shape, x.DType, x.Device, name);
        AxisTaps[] three = [.. Enumerable.Range(axes.Length, 3 - axes.Length).Select(static _ => AxisTaps.Identity(1)), .. axes];
        using Tensor starts = Tensor.From(Starts(three, out ResampleAxis[] parts), x.Device);
        using Tensor places = Tensor.From([.. three.SelectMany(static axis => axis.Places)], x.Device);
        using Tensor weights = Weights(three, x);
        Resampling.Run(
            new ResampleShape(parts[0], parts[1], parts[2]), y.Operand, x.Detach().Contiguous().Operand,
            new ResampleTables(starts.Operand, places.Operand, weights.Operand));
        return x.Records() ? new ResampleNode(name, x, axes).Attach(y) : y;
    }

    internal override void Backward(Tensor gradient) =>
        Send(0, Run(Name, gradient, Array.ConvertAll(_axes, static axis => axis.Transposed)));

    private static int[] Starts(AxisTaps[] axes, out ResampleAxis[] parts)
    {
        List<int> starts = [];
        parts = new ResampleAxis[axes.Length];
        int taps = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            AxisTaps axis = axes[i];
            parts[i] = new(axis.Source, axis.Outputs, starts.Count, axis.Uniform, axis.Plain.From, axis.Plain.To, axis.IsIdentity ? 1 : 0);
            starts.AddRange(axis.Starts.Select(start => start + taps));
            taps += axis.Places.Length;
        }

        return [.. starts];
    }

    private static Tensor Weights(AxisTaps[] axes, Tensor x)
    {
        double[] weights = [.. axes.SelectMany(static axis => axis.Weights)];
        return x.DType == DType.Float64
            ? Tensor.From(weights, x.Device)
            : Tensor.From(Array.ConvertAll(weights, static weight => (float)weight), x.Device);
    }
}

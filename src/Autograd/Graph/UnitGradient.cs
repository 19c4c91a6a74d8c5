using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>The gradient that a pass begins with: a one, made once for each device and element type rather than in every step.</summary>
internal static class UnitGradient
{
    private static readonly ConditionalWeakTable<Device, Dictionary<DType, Tensor>> s_ones = [];

    /// <summary>A one of the shape of an output of one element. Nobody may write to it; leaves add up copies.</summary>
    internal static Tensor Like(Tensor output)
    {
        Dictionary<DType, Tensor> ones = s_ones.GetValue(output.Device, static _ => []);
        lock (ones)
        {
            if (!ones.TryGetValue(output.DType, out Tensor? one))
            {
                using TensorScope.Suspension suspension = TensorScope.Suspend();
                one = Tensor.Ones(Shape.Scalar, output.DType, output.Device);
                ones.Add(output.DType, one);
            }

            return one.Alias(output.Shape, output.Shape.RowMajorStrides(), one.Operand.Offset, "Backward");
        }
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>The gradient that a pass begins with: a one, made once for each device and element type rather than in every step.</summary>
internal static class UnitGradient
{
    private static readonly ConditionalWeakTable<Device, Dictionary<DType, (Tensor One, int Version)>> s_ones = [];

    /// <summary>A one of the shape of an output of one element. Nobody may write to it; leaves add up copies.</summary>
    internal static Tensor Like(Tensor output)
    {
        Dictionary<DType, (Tensor One, int Version)> ones = s_ones.GetValue(output.Device, static _ => []);
        lock (ones)
        {
            // If a custom operator wrote to it, which is an error, later passes must not suffer.
            if (!ones.TryGetValue(output.DType, out (Tensor One, int Version) kept) || kept.One.Storage.Version != kept.Version)
            {
                using TensorScope.Suspension suspension = TensorScope.Suspend();
                Tensor made = Tensor.Ones(Shape.Scalar, output.DType, output.Device);
                kept = (made, made.Storage.Version);
                ones[output.DType] = kept;
            }

            Tensor one = kept.One;
            return one.Alias(output.Shape, output.Shape.RowMajorStrides(), one.Operand.Offset, "Backward");
        }
    }
}

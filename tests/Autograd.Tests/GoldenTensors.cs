using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Tensors from golden arrays, and comparisons with them.</summary>
internal static class GoldenTensors
{
    internal static Tensor Tensor(this GoldenArray array)
    {
        Shape shape = new([.. array.Shape]);
        return array.DType switch
        {
            "float32" => DeepSharp.Tensor.From(array.ToFloats(), shape, Device.Cpu),
            "float64" => DeepSharp.Tensor.From(array.ToDoubles(), shape, Device.Cpu),
            "int64" => DeepSharp.Tensor.From(array.ToIntegers(), shape, Device.Cpu),
            _ => DeepSharp.Tensor.From(array.ToBooleans(), shape, Device.Cpu),
        };
    }

    /// <summary>Float32 within 2e-5 of the larger of the value and a tenth, Float64 within 1e-11; integers and masks exactly.</summary>
    internal static void Matches(this GoldenArray expected, Tensor actual, double looser = 1)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        switch (actual.DType)
        {
            case DType.Float32:
                expected.AssertClose(actual.ToArray<float>(), 2e-5 * looser, 2e-6 * looser);
                break;
            case DType.Float64:
                expected.AssertClose(actual.ToArray<double>(), 1e-11 * looser, 1e-12 * looser);
                break;
            default:
                expected.AssertClose(actual.To(DType.Float64).ToArray<double>(), 0, 0);
                break;
        }
    }
}

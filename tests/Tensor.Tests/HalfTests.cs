using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>Tensors of 16-bit floats: views, copies and values.</summary>
public class HalfTests
{
    public static TheoryData<DType> Types => [DType.Float16, DType.BFloat16];

    [Theory]
    [MemberData(nameof(Types))]
    public void Views_copies_and_changes_are_those_of_other_types(DType dtype)
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Arange(12, dtype, device).Reshape([3, 4]);
            Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], Devices.Values(x.T));
            Assert.Equal([5, 6, 9, 10], Devices.Values(x[1.., 1..3]));
            Assert.Equal([5, 9], Devices.Values(x.T.Clone()[1, 1..]));
            Assert.Equal([1, 1, 5, 5], Devices.Values(x[..2, 1].Unsqueeze(1).Expand([2, 2])));
            x[1].Fill(-0.5);
            x.T[0].CopyFrom(Tensor.From([7.0, 8.0, 9.0], device));
            Assert.Equal([7, 1, 2, 3, 8, -0.5, -0.5, -0.5, 9, 9, 10, 11], Devices.Values(x));
            x.AddInPlace(Tensor.Ones([4], dtype, device), 2);
            Assert.Equal([9, 3, 4, 5, 10, 1.5, 1.5, 1.5, 11, 11, 12, 13], Devices.Values(x));
            Assert.Equal(1.5, x[1, 2].Item());
            Assert.Equal(x.ToString(), x.Clone().ToString());
            foreach (Device other in Devices.All)
            {
                Assert.Equal(Devices.Values(x), Devices.Values(x.To(other)));
            }
        }
    }

    [Fact]
    public void BFloat16_comes_and_goes_by_its_own_type_or_as_Float32()
    {
        Tensor x = Tensor.From([(BF16)1f, (BF16)3.1415927f, (BF16)(-1e38f)], Device.Cpu);
        Assert.Equal(DType.BFloat16, x.DType);
        Assert.Equal([1f, 3.140625f, -9.96921e37f], x.To(DType.Float32).ToArray<float>());
        Assert.Equal([0x3F80, 0x4049, 0xFE96], x.ToArray<BF16>().Select(static v => (int)v.Bits));
        ArgumentException error = Assert.Throws<ArgumentException>(() => x.ToArray<float>());
        Assert.Contains("To(DType.Float32)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Random_numbers_are_drawn_in_Float32(DType dtype)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => Tensor.Normal([3], dtype: dtype));
        Assert.Contains("To", error.Message, StringComparison.Ordinal);
    }
}

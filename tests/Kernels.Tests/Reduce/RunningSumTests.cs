namespace DeepSharp.Kernels.Tests;

public class RunningSumTests
{
    [Theory]
    [InlineData("cpu", DType.Float32)]
    [InlineData("cpu", DType.Float64)]
    [InlineData("emulated", DType.Float32)]
    [InlineData("emulated", DType.Float64)]
    public void Values_and_weights_add_up(string where, DType dtype)
    {
        Device device = where == "cpu" ? Device.Cpu : TestDevice.Gpu;
        using Sample sums = Sample.Of(device, DType.Float64, [2], static i => 10 * (i + 1));
        using Sample value = Sample.Of(device, dtype, [1], static _ => 0.75, Layout.Gapped);
        using Sample weight = Sample.Of(device, dtype, [1], static _ => 4, Layout.Gapped);
        using Sample zero = Sample.Of(device, dtype, [1], static _ => 0);
        using Sample nan = Sample.Of(device, dtype, [1], static _ => double.NaN);
        RunningSum.Add(sums.Operand, value.Operand, scale: 2, weight: 8);
        Assert.Equal([11.5, 28], sums.Read());
        RunningSum.Add(sums.Operand, value.Operand, weight.Operand);
        Assert.Equal([14.5, 32], sums.Read());
        RunningSum.Add(sums.Operand, nan.Operand, zero.Operand);
        Assert.Equal([14.5, 32], sums.Read());
        RunningSum.Add(sums.Operand, nan.Operand, weight.Operand);
        Assert.Equal([double.NaN, 36], sums.Read());
    }

    [Fact]
    public void Small_values_are_not_lost_beside_a_large_sum()
    {
        using Sample sums = Sample.Filled(Device.Cpu, DType.Float64, [2], 0);
        using Sample value = Sample.Of(Device.Cpu, DType.Float32, [1], static _ => 0.5);
        RunningSum.Add(sums.Operand, value.Operand, 1L << 30, 1);
        for (int i = 0; i < 1000; i++)
        {
            RunningSum.Add(sums.Operand, value.Operand, 1, 1);
        }

        Assert.Equal([(1L << 29) + 500, 1001], sums.Read());
    }
}

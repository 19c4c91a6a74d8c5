namespace DeepSharp.Kernels.Tests;

public class RunningSumTests
{
    [Theory]
    [InlineData("cpu", DType.Float32)]
    [InlineData("cpu", DType.Float64)]
    [InlineData("emulated", DType.Float32)]
    [InlineData("emulated", DType.Float64)]
    [InlineData("single", DType.Float32)]
    public void Values_and_weights_add_up(string where, DType dtype)
    {
        Device device = where switch { "cpu" => Device.Cpu, "single" => Device.EmulatedWithoutDoubles(), _ => TestDevice.Gpu };
        using Sample sums = Sums(device, 10, 20);
        using Sample value = Sample.Of(device, dtype, [1], static _ => 0.75, Layout.Gapped);
        using Sample weight = Sample.Of(device, dtype, [1], static _ => 4, Layout.Gapped);
        using Sample zero = Sample.Of(device, dtype, [1], static _ => 0);
        using Sample nan = Sample.Of(device, dtype, [1], static _ => double.NaN);
        RunningSum.Add(sums.Operand, value.Operand, scale: 2, weight: 8);
        Assert.Equal((11.5, 28), RunningSum.Read(sums.Read()));
        RunningSum.Add(sums.Operand, value.Operand, weight.Operand);
        Assert.Equal((14.5, 32), RunningSum.Read(sums.Read()));
        RunningSum.Add(sums.Operand, nan.Operand, zero.Operand);
        Assert.Equal((14.5, 32), RunningSum.Read(sums.Read()));
        RunningSum.Add(sums.Operand, nan.Operand, weight.Operand);
        Assert.Equal((double.NaN, 36), RunningSum.Read(sums.Read()));
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

    // 2^30 / 3 and thousands of thirds, with products that no float holds: a float alone would lose all of them.
    [Fact]
    public void Pairs_of_single_precision_keep_digits()
    {
        Device device = TestDevice.Gpu.HasDoublePrecision ? Device.EmulatedWithoutDoubles() : TestDevice.Gpu;
        using Sample sums = Sums(device, 0, 0);
        using Sample large = Sample.Of(device, DType.Float32, [1], static _ => (1 << 30) / 3f);
        using Sample small = Sample.Of(device, DType.Float32, [1], static _ => 1 / 3f);
        using Sample weight = Sample.Of(device, DType.Float32, [1], static _ => 0.7f);
        RunningSum.Add(sums.Operand, large.Operand, 1, 1 << 24);
        double sum = (1 << 30) / 3f;
        double weights = 1 << 24;
        for (int i = 0; i < 1000; i++)
        {
            RunningSum.Add(sums.Operand, small.Operand, weight.Operand);
            sum += (double)(1 / 3f) * 0.7f;
            weights += 0.7f;
        }

        (double pairSum, double pairWeights) = RunningSum.Read(sums.Read());
        Assert.Equal(sum, pairSum, sum * 1e-12);
        Assert.Equal(weights, pairWeights, weights * 1e-12);
    }

    [Theory]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void Pairs_of_single_precision_keep_what_is_not_finite(float value)
    {
        Device device = TestDevice.Gpu.HasDoublePrecision ? Device.EmulatedWithoutDoubles() : TestDevice.Gpu;
        using Sample sums = Sums(device, 0, 0);
        using Sample number = Sample.Of(device, DType.Float32, [1], _ => value);
        RunningSum.Add(sums.Operand, number.Operand, 1, 1);
        RunningSum.Add(sums.Operand, number.Operand, number.Operand);
        Assert.Equal(((double)value, (double)value), RunningSum.Read(sums.Read()));
    }

    private static Sample Sums(Device device, double sum, double weights)
    {
        (DType dtype, int count) = RunningSum.Form(device);
        return Sample.Of(device, dtype, [count], i => i == 0 ? sum : i == count / 2 ? weights : 0);
    }
}

namespace DeepSharp.Tests;

/// <summary>Statistics along one axis, worked out by hand.</summary>
public class ReductionAxisTests
{
    [Fact]
    public void Variance_deviation_and_log_sum_exp_take_one_axis()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From(new[,] { { 1.0, 3, 5 }, { 2, 6, 10 } }, Device.Cpu);
        Assert.Equal([4, 16], x.Variance(1).ToArray<double>());
        Assert.Equal([4, 16], x.Variance(-1).ToArray<double>());
        Assert.Equal([0.25, 2.25, 6.25], x.Variance(0, correction: 0).ToArray<double>());
        Assert.Equal([2, 4], x.StandardDeviation(1).ToArray<double>());
        Assert.Equal([0.5, 1.5, 2.5], x.StandardDeviation(0, 0).ToArray<double>());
        Assert.Equal([new Shape(2, 1), new Shape(1, 3), new Shape(2, 1)],
            [x.Variance(1, keepDims: true).Shape, x.StandardDeviation(0, keepDims: true).Shape, x.LogSumExp(1, keepDims: true).Shape]);
        double[] sums = [Math.E + Math.Exp(3) + Math.Exp(5), Math.Exp(2) + Math.Exp(6) + Math.Exp(10)];
        Assert.All(sums.Zip(x.LogSumExp(1).ToArray<double>()), static pair => Assert.Equal(Math.Log(pair.First), pair.Second, 1e-14));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Variance(2));
    }
}

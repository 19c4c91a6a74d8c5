namespace DeepSharp.Tests;

/// <summary>Single numbers and arrays of arrays, in and out.</summary>
public class ConversionTests
{
    [Fact]
    public void A_tensor_of_one_element_is_a_number()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.From([[2.75]], Device.Cpu);
        Assert.Equal(2.75, (double)x);
        Assert.Equal(2.75f, (float)x);
        Assert.Equal(2, (int)x);
        Assert.Equal(2L, (long)x);
        Assert.True((bool)x);
        Assert.False((bool)Tensor.Scalar(0, DType.Bool, Device.Cpu));
        Assert.Equal(long.MaxValue, (long)Tensor.From([long.MaxValue], Device.Cpu));
        Assert.Throws<OverflowException>(() => (int)Tensor.From([1L << 40], Device.Cpu));
        Assert.Contains("[2]", Assert.Throws<InvalidOperationException>(() => (float)Tensor.Ones(2, device: Device.Cpu)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_of_two_three_and_four_axes_keep_their_order()
    {
        using TensorScope scope = Tensor.Scope();
        int[][] rows = [[1, 2, 3], [4, 5, 6]];
        Tensor matrix = Tensor.From(rows, Device.Cpu);
        Assert.Equal([2, 3], matrix.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], matrix.ToArray<int>());
        float[][][] nested = [[[1, 2], [3, 4], [5, 6]]];
        Assert.Equal([1, 3, 2], Tensor.From(nested, Device.Cpu).Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], Tensor.From(nested, Device.Cpu).ToArray<float>());
        double[,,] cube = { { { 1, 2 }, { 3, 4 } }, { { 5, 6 }, { 7, 8 } } };
        Assert.Equal([2, 2, 2], Tensor.From(cube, Device.Cpu).Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Tensor.From(cube, Device.Cpu).ToArray<double>());
        long[,,,] four = { { { { 1, 2 } }, { { 3, 4 } } } };
        Assert.Equal([1, 2, 1, 2], Tensor.From(four, Device.Cpu).Shape);
        Assert.Equal([1L, 2, 3, 4], Tensor.From(four, Device.Cpu).ToArray<long>());
        Assert.Equal([0, 0], Tensor.From(Array.Empty<int[]>(), Device.Cpu).Shape);
        int[][] ragged = [[1, 2], [3]];
        Assert.Contains("row 1", Assert.Throws<ArgumentException>(() => Tensor.From(ragged, Device.Cpu)).Message, StringComparison.Ordinal);
        int[][][] uneven = [[[1]], [[1], [2]]];
        Assert.Contains("matrix 1", Assert.Throws<ArgumentException>(() => Tensor.From(uneven, Device.Cpu)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_random_numbers_are_all_of_the_range_equally_often()
    {
        using TensorScope scope = Tensor.Scope();
        int[] values = Tensor.RandomIntegers(60_000, -2, 4, DType.Int32, Device.Cpu, new Generator(3)).ToArray<int>();
        int[] counts = [.. Enumerable.Range(-2, 6).Select(value => values.Count(other => other == value))];
        Assert.Equal(60_000, counts.Sum());
        Assert.All(counts, static count => Assert.InRange(count, 9_600, 10_400));
        Assert.Equal(
            Tensor.RandomIntegers(50, 0, 1000, device: Device.Cpu, generator: new Generator(4)).ToArray<long>(),
            Tensor.RandomIntegers(50, 0, 1000, device: TestDevice.Gpu, generator: new Generator(4)).ToArray<long>());
        long[] large = Tensor.RandomIntegers(1000, 1L << 52, 1L << 53, device: Device.Cpu, generator: new Generator(3)).ToArray<long>();
        Assert.All(large, static value => Assert.InRange(value, 1L << 52, (1L << 53) - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.RandomIntegers(1, 3, 3, device: Device.Cpu));
    }

    [Fact]
    public void Permutations_hold_each_number_once_and_in_every_place_equally_often()
    {
        using TensorScope scope = Tensor.Scope();
        Generator generator = new(8);
        int[] firsts = new int[5];
        for (int i = 0; i < 5000; i++)
        {
            using Tensor order = Tensor.Permutation(5, Device.Cpu, generator);
            long[] places = order.ToArray<long>();
            Assert.Equal([0, 1, 2, 3, 4], places.Order());
            firsts[places[0]]++;
        }

        Assert.All(firsts, static count => Assert.InRange(count, 850, 1150));
        Assert.Equal(Tensor.Permutation(100, Device.Cpu, new Generator(1)).ToArray<long>(), Tensor.Permutation(100, TestDevice.Gpu, new Generator(1)).ToArray<long>());
        Assert.Empty(Tensor.Permutation(0, Device.Cpu).ToArray<long>());
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Truncated_normal_numbers_stay_inside_and_have_the_moments_of_theirs(DType dtype)
    {
        using TensorScope scope = Tensor.Scope();
        double[] values = Tensor.TruncatedNormal(200_000, 1, 2, -1, 5, dtype, Device.Cpu, new Generator(2)).To(DType.Float64).ToArray<double>();
        Assert.All(values, static value => Assert.InRange(value, -1, 5));

        // From -1 to 2 standard deviations: mean and variance by (phi(a) - phi(b)) / Z and 1 + (a phi(a) - b phi(b)) / Z less the mean's square.
        const double PhiA = 0.24197072451914337, PhiB = 0.05399096651318806, Z = 0.8185946141203637;
        double mean = (PhiA - PhiB) / Z;
        double variance = 1 + (((-1 * PhiA) - (2 * PhiB)) / Z) - (mean * mean);
        Assert.Equal(1 + (2 * mean), values.Average(), 0.02);
        Assert.Equal(4 * variance, values.Average(value => (value - 1 - (2 * mean)) * (value - 1 - (2 * mean))), 0.03);
        float[] here = Tensor.TruncatedNormal(64, device: Device.Cpu, generator: new Generator(3)).ToArray<float>();
        float[] there = Tensor.TruncatedNormal(64, device: TestDevice.Gpu, generator: new Generator(3)).ToArray<float>();
        Assert.All(here.Zip(there), static pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.TruncatedNormal(1, low: 2, high: -2, device: Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.TruncatedNormal(1, 0, 0, device: Device.Cpu));
    }
}

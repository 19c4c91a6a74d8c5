namespace DeepSharp.Tests;

/// <summary>Constants that an element type cannot hold are refused, everywhere alike; tensors that are converted saturate.</summary>
public class ConstantTests
{
    /// <summary>Element type and value.</summary>
    public static TheoryData<DType, double> Impossible => new()
    {
        { DType.UInt8, 256 }, { DType.UInt8, -1 }, { DType.UInt8, 300 }, { DType.UInt8, double.NaN }, { DType.UInt8, 2.5 },
        { DType.Int32, 2147483648.0 }, { DType.Int32, -2147483649.0 }, { DType.Int32, 1e10 }, { DType.Int32, double.NaN }, { DType.Int32, 0.5 },
        { DType.Int32, double.PositiveInfinity }, { DType.Int64, 9223372036854775808.0 }, { DType.Int64, double.NegativeInfinity },
        { DType.Int64, double.NaN }, { DType.Float16, 1e5 }, { DType.Float16, -65520 }, { DType.Float32, 1e39 }, { DType.BFloat16, -3.4e38 * 2 },
    };

    /// <summary>Element type, value and the same value again as it is held.</summary>
    public static TheoryData<DType, double, double> Possible => new()
    {
        { DType.UInt8, 255, 255 }, { DType.UInt8, -0.0, 0 }, { DType.Int32, int.MaxValue, int.MaxValue }, { DType.Int32, int.MinValue, int.MinValue },
        { DType.Int64, long.MinValue, long.MinValue }, { DType.Int64, 9007199254740992, 9007199254740992 }, { DType.Float16, 65504, 65504 },
        { DType.Float16, double.PositiveInfinity, double.PositiveInfinity }, { DType.Float32, double.NaN, double.NaN }, { DType.Float32, 1e-60, 0 },
        { DType.Float32, double.NegativeInfinity, double.NegativeInfinity }, { DType.BFloat16, 3e38, 3.0040552704739e38 }, { DType.Float64, 1e308, 1e308 },
        { DType.Bool, double.NaN, 1 }, { DType.Bool, -3.5, 1 }, { DType.Bool, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_constant_that_no_element_can_hold_is_refused_by_name(DType dtype, double value)
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Zeros([2, 2], dtype, device);
            (string Name, Action Call)[] calls =
            [
                ("Full", () => Tensor.Full([2], value, dtype, device)), ("Scalar", () => Tensor.Scalar(value, dtype, device)),
                ("Fill", () => x.Fill(value)), ("Fill", () => x.T[0].Fill(value)), ("Linspace", () => Tensor.Linspace(value, value, 1, dtype, device)),
                ("Linspace", () => Tensor.Linspace(0, value, 2, dtype, device)), ("Arange", () => Tensor.Arange(value, value + (2 * Math.Max(1, Math.Abs(value))), Math.Max(1, Math.Abs(value)), dtype, device)),
            ];
            foreach ((string name, Action call) in calls)
            {
                ArgumentException error = Assert.ThrowsAny<ArgumentException>(call);
                Assert.StartsWith($"{name}:", error.Message, StringComparison.Ordinal);
                if (double.IsFinite(value) || name is not "Arange")
                {
                    Assert.Contains(dtype.ToString(), error.Message, StringComparison.Ordinal);
                }
            }

            Assert.Equal([0, 0, 0, 0], Devices.Values(x));
        }
    }

    [Theory]
    [MemberData(nameof(Possible))]
    public void What_a_type_can_hold_is_taken(DType dtype, double value, double held)
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Zeros([2], dtype, device);
            x.Fill(value);
            Assert.Equal([held, held], Devices.Values(x), Near);
            Assert.Equal([held], Devices.Values(Tensor.Full([1], value, dtype, device)), Near);
            Assert.Equal([held], Devices.Values(Tensor.Scalar(value, dtype, device)), Near);
            Assert.Equal([held], Devices.Values(Tensor.Linspace(value, value, 1, dtype, device)), Near);
        }

        static bool Near(double a, double b) => a.Equals(b) || Math.Abs(a - b) <= 1e-7 * Math.Abs(a);
    }

    [Fact]
    public void Ranges_that_leave_their_type_are_refused_and_the_last_that_fits_is_not()
    {
        using TensorScope scope = Tensor.Scope();
        Assert.Equal(256, Tensor.Arange(256, DType.UInt8, Device.Cpu).Count);
        Assert.Contains("508", Assert.Throws<ArgumentException>(() => Tensor.Arange(0, 510, 2, DType.UInt8, Device.Cpu)).Message, StringComparison.Ordinal);
        Assert.Contains("256", Assert.Throws<ArgumentException>(() => Tensor.Arange(257, DType.UInt8, Device.Cpu)).Message, StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => Tensor.Arange(3, -2, -1, DType.UInt8, Device.Cpu)).Message, StringComparison.Ordinal);
        Assert.Contains("0.5", Assert.Throws<ArgumentException>(() => Tensor.Arange(0, 3, 0.5, DType.Int32, Device.Cpu)).Message, StringComparison.Ordinal);
        Assert.Contains("0.5", Assert.Throws<ArgumentException>(() => Tensor.Linspace(0, 1, 3, DType.Int32, Device.Cpu)).Message, StringComparison.Ordinal);
        Assert.Equal([0, 3, 6, 9], Tensor.Linspace(0, 9, 4, DType.Int64, Device.Cpu).ToArray<long>());
        Assert.Equal([65504], Devices.Values(Tensor.Arange(65504, 65505, 1, DType.Float16, Device.Cpu)));
        Assert.Throws<ArgumentException>(() => Tensor.Arange(65504, 65544, 32, DType.Float16, Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Normal([1], double.NaN, device: Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Normal([1], double.PositiveInfinity, device: Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Normal([1], 1e39, device: Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Normal([1], 0, 1e39, device: Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Uniform([1], double.NaN, device: Device.Cpu));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Bernoulli([1], double.NaN, device: Device.Cpu));
        _ = Tensor.Normal([1], 1e39, 1, DType.Float64, Device.Cpu);
    }

    /// <summary>A factor of integers is a constant, too.</summary>
    [Fact]
    public void In_place_sums_of_integers_refuse_factors_that_are_none()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2], DType.Int32, Device.Cpu);
        foreach (double scale in (double[])[0.5, double.NaN, 1e10, double.NegativeInfinity])
        {
            Assert.Contains("AddInPlace", Assert.Throws<ArgumentException>(() => x.AddInPlace(x, scale)).Message, StringComparison.Ordinal);
        }

        x.AddInPlace(x, -3);
        Assert.Equal([-2, -2], x.ToArray<int>());
    }

    [Fact]
    public void Conversions_saturate_alike_between_all_types_on_all_devices()
    {
        double inf = double.PositiveInfinity;
        double[] values = [0, -0.9, 0.9, 1.5, -1, -1.5, 254.9, 255, 255.9, 256, 300, -300, 2147483647, 2147483648, -2147483648, -2147483649, 1e10, 9.3e18, -9.3e18, 1e300, inf, -inf, double.NaN];
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            foreach (DType from in (DType[])[DType.Float64, DType.Float32, DType.BFloat16, DType.Float16, DType.Int64, DType.Int32])
            {
                Tensor x = Tensor.From(values, device).To(from);
                double[] held = Devices.Values(x);
                Assert.Equal(held.Select(static v => double.IsNaN(v) ? 0 : Math.Clamp(Math.Truncate(v), 0, 255)), Devices.Values(x.To(DType.UInt8)));
                Assert.Equal(held.Select(static v => double.IsNaN(v) ? 0 : Math.Clamp(Math.Truncate(v), int.MinValue, int.MaxValue)), Devices.Values(x.To(DType.Int32)));
                long[] wide = x.To(DType.Int64).ToArray<long>();
                for (int i = 0; i < held.Length; i++)
                {
                    long expected = double.IsNaN(held[i]) ? 0 : held[i] >= long.MaxValue ? long.MaxValue : held[i] <= long.MinValue ? long.MinValue : (long)held[i];
                    Assert.Equal(expected, wide[i]);
                }

                Assert.Equal(held.Select(static v => v == 0 ? 0.0 : 1), Devices.Values(x.To(DType.Bool)));
            }
        }
    }
}

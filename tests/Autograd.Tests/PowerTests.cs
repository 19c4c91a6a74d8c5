namespace DeepSharp.Tests;

/// <summary>Powers of, and products with, what is not an ordinary number, by a constant, against IEEE 754.</summary>
public class PowerTests
{
    private static readonly double[] s_values =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1, -1, 2, -3, 0.25];

    public static TheoryData<double> Exponents => [0, 1, 2, 3, -1, -2, 2.5, -0.5, -0.0];

    [Theory]
    [MemberData(nameof(Exponents))]
    public void Special_values_have_the_powers_of_IEEE_754(double exponent)
    {
        foreach (Tensor x in Inputs())
        {
            Same(Array.ConvertAll(s_values, v => Math.Pow(v, exponent)), x.Pow(exponent));
        }
    }

    /// <summary>The one exception, as in PyTorch: it is NaN at -inf and -0 at -0, where IEEE 754's power is inf and 0.</summary>
    [Fact]
    public void The_power_of_one_half_is_the_square_root()
    {
        foreach (Tensor x in Inputs())
        {
            Same(Array.ConvertAll(s_values, Math.Sqrt), x.Pow(0.5));
        }
    }

    [Fact]
    public void Products_with_a_constant_keep_the_sign_of_zero()
    {
        foreach (Tensor x in Inputs())
        {
            Same(Array.ConvertAll(s_values, static v => v * -3), x * -3);
            Same(Array.ConvertAll(s_values, static v => 0 * v), 0 * x);
        }
    }

    [Fact]
    public void The_power_of_zero_has_no_slope_anywhere()
    {
        foreach (Tensor x in Inputs())
        {
            x.RequireGrad();
            Tensor gradient = Grad.Of(x.Pow(0).Sum(), x, createGraph: true);
            Same(new double[s_values.Length], gradient);
        }
    }

    private static IEnumerable<Tensor> Inputs()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            yield return Tensor.From(s_values, device);
            yield return Tensor.From(Array.ConvertAll(s_values, static v => (float)v), device);
        }
    }

    // The sign of a zero counts.
    private static void Same(double[] expected, Tensor actual)
    {
        double[] values = actual.Detach().To(DType.Float64).ToArray<double>();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-6);
            Assert.True(expected[i] != 0 || double.IsNegative(expected[i]) == double.IsNegative(values[i]), $"{s_values[i]}: {values[i]}");
        }
    }
}

using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>Values and gradients where formulas end: at 0, at infinity, at NaN, of constant input. On the CPU and by the GPU's kernels.</summary>
[Collection(Alone.Name)]
public class BorderTests
{
    public static TheoryData<string> Devices => ["cpu", "gpu"];

    private static Device Named(string on) => on == "cpu" ? Device.Cpu : TestDevice.Gpu;

    [Theory]
    [MemberData(nameof(Devices))]
    public void Roots_of_sums_of_squares_have_the_gradient_zero_at_zero(string on)
    {
        using TensorScope scope = Tensor.Scope();
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Float16])
        {
            Tensor zero = Tensor.Zeros([3], dtype, Named(on)).RequireGrad();
            Assert.Equal([0, 0, 0], Values(Grad.Of(zero.Norm(), zero)));

            // One constant row among others: its own gradient is 0, that of the other is (x - mean) / (n - 1) / deviation.
            Tensor x = Tensor.From([2.5, 2.5, 2.5, 1, 2, 3], [2, 3], Named(on)).To(dtype).RequireGrad();
            Tensor deviation = x.StandardDeviation(1);
            Assert.Equal([0, 1], Values(deviation));
            Assert.Equal([0, 0, 0, -0.5, 0, 0.5], Values(Grad.Of(deviation.Sum(), x)));
            Assert.Equal([0, 0], Values(Grad.Of(x[0, ..2].StandardDeviation(correction: 0), x))[..2]);
        }

        // Gradients of gradients are no NaN either, and where the norm is not 0 they are its own: (1 - u uT) / |x|.
        Tensor origin = Tensor.Zeros([2], DType.Float64, Named(on)).RequireGrad();
        Tensor slope = Grad.Of(origin.Norm(), origin, createGraph: true);
        Assert.Equal([0, 0], Values(Grad.Of(slope.Sum(), origin)));
        Tensor three = Tensor.From([3.0, 4], Named(on)).RequireGrad();
        Tensor unit = Grad.Of(three.Norm(), three, createGraph: true);
        Assert.Equal([0.6, 0.8], Values(unit), Near);
        Assert.Equal([0.128, -0.096], Values(Grad.Of(unit[0], three)), Near);

        // The root itself has an infinite slope at 0, as it is.
        Tensor root = Tensor.Zeros([1], DType.Float64, Named(on)).RequireGrad();
        Assert.Equal([double.PositiveInfinity], Values(Grad.Of(root.Sqrt().Sum(), root)));
    }

    /// <summary>Operator, and its gradient by PyTorch at NaN, or this library's where PyTorch's is 0.</summary>
    [Theory]
    [MemberData(nameof(Devices))]
    public void A_derivative_made_of_comparisons_does_not_hide_NaN(string on)
    {
        using TensorScope scope = Tensor.Scope();
        (string Name, Func<Tensor, Tensor> Op)[] ops =
        [
            ("ReLU", static x => x.ReLU()), ("LeakyReLU", static x => x.LeakyReLU()), ("ELU", static x => x.ELU()), ("Clamp", static x => x.Clamp(-1, 1)),
            ("Clamp from", static x => x.Clamp(0, double.PositiveInfinity)), ("Abs", static x => x.Abs()), ("Softplus", static x => x.Softplus()),
            ("GELU", static x => x.GELU()), ("GELUTanh", static x => x.GELUTanh()), ("SiLU", static x => x.SiLU()), ("Max", static x => x.Max(0)),
            ("Min", static x => x.Min(0)), ("Maximum", static x => Tensor.Maximum(x, Tensor.ZerosLike(x))),
            ("of zero, Maximum", static x => Tensor.Maximum(Tensor.ZerosLike(x), x)), ("Minimum", static x => Tensor.Minimum(x, Tensor.ZerosLike(x))),
            ("of zero, Minimum", static x => Tensor.Minimum(Tensor.ZerosLike(x), x)), ("fused Maximum", static x => Fuse.Binary<MaximumOp>(x, Tensor.ZerosLike(x))),
            ("ReLU of a sum", static x => Fuse.Binary<After<AddOp, ReLUOp>>(x, x)), ("nest", static x => Fuse.Unary<Then<ReLUOp, SquareOp>>(x)),
            ("Dense with ReLU", static x => x.Reshape(9, 1).Linear(Tensor.Ones([1, 1], x.DType, x.Device), null, default(ReLUOp))),
            ("Power", static x => x.Pow(2.5)), ("Sqrt", static x => x.Sqrt()), ("Norm", static x => x.Norm()), ("Sign", static x => x.Sign() * x),
        ];
        foreach ((string name, Func<Tensor, Tensor> op) in ops)
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.BFloat16])
            {
                Tensor x = Tensor.Full([9], double.NaN, dtype, Named(on)).RequireGrad();
                foreach (bool createGraph in (bool[])[false, true])
                {
                    Tensor y = op(x);
                    Assert.All(Values(y), value => Assert.True(double.IsNaN(value), name));
                    Assert.All(Values(Grad.Of(y.Sum(), x, createGraph)), slope => Assert.True(slope != 0, $"{name} {dtype} {createGraph}"));
                }
            }
        }

        // PyTorch: torch.maximum of [nan, 1] and [1, nan] passes the gradient on to both.
        Tensor a = Tensor.From([float.NaN, 1], Named(on)).RequireGrad();
        Tensor b = Tensor.From([1, float.NaN], Named(on)).RequireGrad();
        Assert.All(Grad.Of(Tensor.Maximum(a, b).Sum(), [a, b]), static gradient => Assert.Equal([1, 1], Values(gradient)));
        Assert.All(Grad.Of(Tensor.Minimum(a, b).Sum(), [a, b]), static gradient => Assert.Equal([1, 1], Values(gradient)));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Powers_have_derivatives_of_every_order_at_zero(string on)
    {
        using TensorScope scope = Tensor.Scope();
        double[][] expected = [[1, 0, 0, 0, 0], [0, 2, 0, 0, 0], [0, 0, 6, 0, 0], [0, 0, 0, 24, 0]];
        for (int power = 1; power <= expected.Length; power++)
        {
            foreach (bool constant in (bool[])[true, false])
            {
                foreach (bool differentiated in (bool[])[false, true])
                {
                    Tensor x = Tensor.Zeros([2], DType.Float64, Named(on)).RequireGrad();
                    Tensor exponent = Tensor.Full([2], power, DType.Float64, Named(on));
                    exponent = differentiated ? exponent.RequireGrad() : exponent;
                    Tensor y = constant ? x.Pow(power) : x.Pow(exponent);
                    for (int order = 1; order <= 5; order++)
                    {
                        if (!y.RequiresGrad)
                        {
                            // The derivative has become a constant.
                            Assert.Equal(0, expected[power - 1][order - 1]);
                            break;
                        }

                        y = Grad.Of(y.Sum(), x, createGraph: true);
                        double slope = expected[power - 1][order - 1];
                        Assert.True(
                            Values(y).SequenceEqual([slope, slope]), $"x^{power}, constant {constant}, differentiated {differentiated}, order {order}: {y}");
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Activations_and_their_derivatives_end_where_they_should(string on)
    {
        using TensorScope scope = Tensor.Scope();
        (string Name, Func<Tensor, Tensor> Op, double Above)[] ops =
        [
            ("SiLU", static x => x.SiLU(), 1), ("GELUTanh", static x => x.GELUTanh(), 1), ("Softplus", static x => x.Softplus(), 1),
            ("ReLU", static x => x.ReLU(), 1), ("Sigmoid", static x => x.Sigmoid(), 0), ("Tanh", static x => x.Tanh() + 1, 0),
        ];
        foreach ((string name, Func<Tensor, Tensor> op, double above) in ops)
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                Tensor x = Tensor.From([double.NegativeInfinity, -1e30, 1e30, double.PositiveInfinity], Named(on)).To(dtype).RequireGrad();
                Tensor y = op(x);
                double limit = above == 0 ? name == "Tanh" ? 2 : 1 : double.PositiveInfinity;
                double[] values = Values(y);
                Assert.Equal([0, 0], values[..2]);
                Assert.Equal(limit, values[3]);
                double[][] slopes = [[0, 0, above, above], [0, 0, 0, 0], [0, 0, 0, 0]];
                for (int order = 0; order < 3; order++)
                {
                    y = Grad.Of(y.Sum(), x, createGraph: true);
                    Assert.True(Values(y).SequenceEqual(slopes[order]), $"{name} {dtype} order {order + 1}: {y}");
                    if (!y.RequiresGrad)
                    {
                        break;
                    }
                }
            }
        }
    }

    /// <summary>Known values of the two functions, by 50-digit arithmetic: far below 0 they keep their relative digits.</summary>
    [Fact]
    public void The_tanh_form_of_GELU_keeps_its_digits_below_zero()
    {
        using TensorScope scope = Tensor.Scope();
        double[] at = [-3, -5, -8];
        Tensor x = Tensor.From(at, Device.Cpu);
        double[] expected = Array.ConvertAll(at, static v =>
        {
            double u = 2 * Math.Sqrt(2 / Math.PI) * (v + (0.044715 * v * v * v));
            return v * Math.Exp(u) / (1 + Math.Exp(u));
        });
        Assert.All(expected.Zip(x.GELUTanh().ToArray<double>()), static pair => Assert.Equal(1, pair.Second / pair.First, 1e-14));
        Assert.All(
            expected.Zip(x.To(DType.Float32).GELUTanh().ToArray<float>()), static pair => Assert.Equal(1, pair.Second / pair.First, 1e-5));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Constant_rows_have_no_variance_and_are_normalised_to_zero(string on)
    {
        using TensorScope scope = Tensor.Scope();
        foreach (int length in (int[])[3, 10, 257, 1000])
        {
            Tensor x = Tensor.Full([4, length], 100.1, DType.Float32, Named(on));
            Assert.All(Values(x.LayerNorm()), static value => Assert.Equal(0, value));
            Assert.All(Values(x.Variance(1)), static value => Assert.Equal(0, value));
            Assert.All(Values(x.T.BatchNorm(null, null, null, null, 0.1, 1e-5)), static value => Assert.Equal(0, value));
        }
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-14;

    private static double[] Values(Tensor x) => x.To(DType.Float64).ToArray<double>();
}

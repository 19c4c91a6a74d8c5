using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>Derivatives by dual numbers: equal to those by hand wherever there are both, and as documented at corners and ends.</summary>
public class DualTests
{
    private static readonly double[] s_borders =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 2.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e-30, -1e-30, -0.75, 1.5, 40, -40, 41, 100, -100,
    ];

    public static TheoryData<string> Names => UnaryCase.Names;

    /// <summary>Operator, x and the slope there.</summary>
    public static TheoryData<string, double, double> Corners => new()
    {
        { "Abs", 0, 0 },
        { "Abs", -0.0, 0 },
        { "Abs", double.NegativeInfinity, -1 },
        { "Abs", double.NaN, double.NaN },
        { "Affine", double.PositiveInfinity, -1.5 },
        { "Ceil", 0, 0 },
        { "Clamp", -0.75, 1 },
        { "Clamp", 1.5, 1 },
        { "Clamp", -0.76, 0 },
        { "Clamp", double.PositiveInfinity, 0 },
        { "Clamp", double.NegativeInfinity, 0 },
        { "Clamp", double.NaN, 1 },
        { "ELU", 0, 0.75 },
        { "ELU", double.PositiveInfinity, 1 },
        { "ELU", double.NegativeInfinity, 0 },
        { "ELU", 1e4, 1 },
        { "ErrorFunction", double.PositiveInfinity, 0 },
        { "Exp", double.PositiveInfinity, double.PositiveInfinity },
        { "Exp", double.NegativeInfinity, 0 },
        { "Floor", 2, 0 },
        { "GELU", 0, 0.5 },
        { "GELU", double.PositiveInfinity, 1 },
        { "GELU", double.NegativeInfinity, 0 },
        { "GELU", double.NaN, double.NaN },
        { "LeakyReLU", 0, 0.125 },
        { "LeakyReLU", double.NegativeInfinity, 0.125 },
        { "LeakyReLU", double.PositiveInfinity, 1 },
        { "LeakyReLU", double.NaN, 0.125 },
        { "ELU", double.NaN, double.NaN },
        { "GELUTanh", double.NegativeInfinity, 0 },
        { "GELUTanh", double.PositiveInfinity, 1 },
        { "GELUTanh", -1e30, 0 },
        { "GELUTanh", 1e30, 1 },
        { "GELUTanh", double.NaN, double.NaN },
        { "Log", 0, double.PositiveInfinity },
        { "Log", double.PositiveInfinity, 0 },
        { "Log", double.NaN, double.NaN },
        { "Log1p", -1, double.PositiveInfinity },
        { "Power 2.5", 0, 0 },
        { "Power 2.5", double.PositiveInfinity, double.PositiveInfinity },
        { "Power 3", 0, 0 },
        { "Power 3", double.NegativeInfinity, double.PositiveInfinity },
        { "Power -2", double.PositiveInfinity, 0 },
        { "Reciprocal", 0, double.NegativeInfinity },
        { "ReLU", 0, 0 },
        { "ReLU", -0.0, 0 },
        { "ReLU", double.PositiveInfinity, 1 },
        { "ReLU", double.NaN, 1 },
        { "Round", 0, 0 },
        { "Round", 0.5, 0 },
        { "Rsqrt", 0, double.NegativeInfinity },
        { "Sigmoid", double.PositiveInfinity, 0 },
        { "Sigmoid", double.NegativeInfinity, 0 },
        { "Sign", 0, 0 },
        { "SiLU", 0, 0.5 },
        { "SiLU", double.NegativeInfinity, 0 },
        { "SiLU", double.PositiveInfinity, 1 },
        { "SiLU", -1e30, 0 },
        { "SiLU", 1e30, 1 },
        { "Softplus", 0, 0.5 },
        { "Softplus", double.PositiveInfinity, 1 },
        { "Softplus", double.NegativeInfinity, 0 },
        { "Sqrt", 0, double.PositiveInfinity },
        { "Sqrt", double.PositiveInfinity, 0 },
        { "Sqrt", -1, double.NaN },
        { "Square", double.NegativeInfinity, double.NegativeInfinity },
        { "Tanh", double.NegativeInfinity, 0 },
        { "Tanh", double.NaN, double.NaN },
    };

    public static TheoryData<double, double> Pairs => new()
    {
        { 1, 2 }, { 2, 1 }, { 0, 0 }, { -1.5, -1.5 }, { double.PositiveInfinity, 2 }, { 2, double.PositiveInfinity }, { double.NegativeInfinity, 0.5 },
        { double.NaN, 1 }, { 1, double.NaN }, { 0, 3 }, { 3, 0 },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_derivative_by_duals_is_that_by_hand(string name)
    {
        UnaryCase unary = UnaryCase.Named(name);
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                double[] at = [.. s_borders, .. Enumerable.Range(0, 30).Select(unary.Input)];
                using Sample x = Sample.Of(device, dtype, [at.Length], i => at[i]);
                using Sample y = Sample.Filled(device, dtype, [at.Length], 0);
                using Sample ones = Sample.Filled(device, dtype, [at.Length], 1);
                using Sample byHand = Sample.Filled(device, dtype, [at.Length], 9);
                using Sample byDuals = Sample.Filled(device, dtype, [at.Length], 9);
                unary.Forward(y.Operand, x.Operand);
                unary.Backward(byHand.Operand, ones.Operand, unary.Saves == Saved.Output ? y.Operand : x.Operand);
                unary.BackwardByDuals(byDuals.Operand, ones.Operand, x.Operand);
                Close(dtype, byHand.Read(), byDuals.Read(), $"{name} {dtype} {device}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Corners))]
    public void Slopes_at_corners_and_ends_are_the_documented_ones(string name, double x, double slope)
    {
        UnaryCase unary = UnaryCase.Named(name);
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                using Sample at = Sample.Filled(device, dtype, [3], x);
                using Sample saved = Sample.Filled(device, dtype, [3], x);
                using Sample ones = Sample.Filled(device, dtype, [3], 1);
                using Sample result = Sample.Filled(device, dtype, [3], 9);
                if (unary.Saves == Saved.Output)
                {
                    unary.Forward(saved.Operand, at.Operand);
                }

                unary.Backward(result.Operand, ones.Operand, saved.Operand);
                Close(dtype, [slope, slope, slope], result.Read(), $"{name} {dtype} {device}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Derivatives_of_operators_of_two_inputs_are_the_known_ones(double a, double b)
    {
        double larger = a == b ? 0.5 : a < b ? 0 : 1;
        double smaller = a == b ? 0.5 : a > b ? 0 : 1;
        Check(default(AddOp), 1, 1, "Add");
        Check(default(SubtractOp), 1, -1, "Subtract");
        Check(default(MultiplyOp), b, a, "Multiply");
        Check(default(DivideOp), 1 / b, b == 0 && a == 0 ? double.NaN : double.IsInfinity(b) ? 0 : -a / (b * b), "Divide");
        Check(default(MaximumOp), larger, smaller, "Maximum");
        Check(default(MinimumOp), smaller, larger, "Minimum");
        Check(default(WeightOp), b, a, "Weight");

        void Check<TOp>(TOp op, double byA, double byB, string name)
            where TOp : unmanaged, IBinaryOp
        {
            foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
            {
                using Sample x = Sample.Filled(device, DType.Float64, [3], a);
                using Sample y = Sample.Filled(device, DType.Float64, [3], b);
                using Sample ones = Sample.Filled(device, DType.Float64, [3], 1);
                using Sample result = Sample.Filled(device, DType.Float64, [3], 9);
                Kernels.Elementwise.Run(new BinaryBackward<SlopeA<TOp>>(new(op)), result.Operand, ones.Operand, x.Operand, y.Operand);
                Close(DType.Float64, [byA, byA, byA], result.Read(), $"{name} by a at {a}, {b} {device}");
                Kernels.Elementwise.Run(new BinaryBackward<SlopeB<TOp>>(new(op)), result.Operand, ones.Operand, x.Operand, y.Operand);
                Close(DType.Float64, [byB, byB, byB], result.Read(), $"{name} by b at {a}, {b} {device}");
            }
        }
    }

    [Fact]
    public void The_log_loss_by_duals_is_that_by_hand_inside_its_limits()
    {
        foreach (double p in (double[])[0.01, 0.3, 0.5, 0.99])
        {
            foreach (double t in (double[])[0, 0.25, 1])
            {
                LogLossOp op = default;
                Assert.Equal(op.DerivativeA<F64>(p, t).Value, op.Forward(new Dual<F64>(p, 1), new Dual<F64>(t, 0)).Slope.Value, 1e-13);
                Assert.Equal(op.DerivativeB<F64>(p, t).Value, op.Forward(new Dual<F64>(p, 0), new Dual<F64>(t, 1)).Slope.Value, 1e-13);
            }
        }
    }

    [Fact]
    public void A_slope_of_zero_stays_zero_in_every_order()
    {
        // c^(x^2) at 0: the exponent has the slope 0 there and the second derivative 2, so this one has 2 ln c.
        Dual<Dual<F64>> x = new(new(0, 1), new(1, 0));
        Assert.Equal(2 * Math.Log(3), Dual<Dual<F64>>.Pow(3, x * x).Slope.Slope.Value, 1e-14);

        // An exponential that overflows, under a constant and under a selection.
        Dual<F64> big = new(1e4, 1);
        Assert.Equal(0, (Dual<F64>.Exp(1e4) + (0 * big)).Slope.Value);
        Assert.Equal(1, Dual<F64>.IfGreater(big, 0, big, Dual<F64>.Exp(big)).Slope.Value);
        Assert.Equal(3, (3 * new Dual<F64>(double.PositiveInfinity, 1)).Slope.Value);
    }

    private static void Close(DType dtype, double[] expected, double[] actual, string what) => Numbers.AssertClose(
        expected, actual, dtype == DType.Float32 ? 4e-6 : 1e-14, dtype == DType.Float32 ? 2e-6 : 1e-14, what);
}

/// <summary>An operator's formula without its derivative by hand.</summary>
public readonly struct FormulaOf<TOp>(TOp op) : IUnaryOp
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => _op.Forward(x);
}

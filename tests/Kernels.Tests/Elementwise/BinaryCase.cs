using DeepSharp.Kernels.Tests.Numerics;

namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>A function of two or three inputs and the same in double precision, rounded wherever the operator rounds.</summary>
/// <param name="Name">The operator.</param>
/// <param name="Arity">The number of inputs.</param>
/// <param name="Numeric">Whether integers have it too.</param>
/// <param name="IsComparison">Whether the result is a truth value.</param>
/// <param name="Run">Runs the operator: output and three inputs, of which the last may be unused.</param>
/// <param name="Value">The formula; its last argument rounds to the element type.</param>
/// <param name="Ulps">The error allowed, in units of the last place.</param>
internal sealed record BinaryCase(
    string Name,
    int Arity,
    bool Numeric,
    bool IsComparison,
    Action<Operand, Operand, Operand, Operand> Run,
    Func<double, double, double, Func<double, double>, double> Value,
    double Ulps = 0)
{
    internal static readonly BinaryCase[] All =
    [
        Numbers("Add", default(AddOp), (a, b, _, r) => r(a + b)),
        Numbers("Subtract", default(SubtractOp), (a, b, _, r) => r(a - b)),
        Numbers("Multiply", default(MultiplyOp), (a, b, _, r) => r(a * b)),
        new("Divide", 2, false, false, (o, a, b, _) => Kernels.Elementwise.Run(default(DivideOp), o, a, b), (a, b, _, r) => r(a / b)),
        Numbers("Maximum", default(MaximumOp), (a, b, _, _) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b)),
        Numbers("Minimum", default(MinimumOp), (a, b, _, _) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Min(a, b)),
        Numbers("Pow", default(PowOp), (a, b, _, r) => r(Math.Pow(a, b))) with { Ulps = 4 },
        Numbers("AddScaled by 3", new AddScaledOp(3), (a, b, _, r) => r(a + r(b * 3))),
        Numbers("AddScaled by 1/3", new AddScaledOp(1 / 3.0), (a, b, _, r) => r(a + r(b * r(1 / 3.0)))) with { Numeric = false },
        Numbers("MultiplyAdd", default(MultiplyAddOp), (a, b, c, r) => r(r(a * b) + c)),
        Numbers("Where", default(WhereOp), (a, b, c, _) => a != 0 ? b : c),
        new("LogLoss", 2, false, false, (o, p, t, _) => Kernels.Elementwise.Run(new BinaryForward<LogLossOp>(default), o, p, t), LogLossOf)
        {
            Ulps = 4,
        },
        new(
            "LogLoss by p", 3, false, false,
            (o, g, p, t) => Kernels.Elementwise.Run(new BinaryBackward<SlopeA<LogLossOp>>(default), o, g, p, t),
            (g, p, t, r) => r(g * r(r(p - t) / Math.Max(r(p * r(1 - p)), 1e-12f)))),
        new(
            "LogLoss by t", 3, false, false,
            (o, g, p, t) => Kernels.Elementwise.Run(new BinaryBackward<SlopeB<LogLossOp>>(default), o, g, p, t),
            (g, p, _, r) => r(g * r(Limited(DoubleOracle.Log1p(-p)) - Limited(Math.Log(p)))))
        {
            Ulps = 8,
        },
        Real<Atan2Op>("Atan2", default, (a, b, _, r) => r(Math.Atan2(a, b)), 3),
        Real<FmodOp>("Fmod", default, (a, b, _, _) => a % b),
        Real<RemainderOp>("Remainder", default, (a, b, _, r) => a % b is var rest && rest != 0 && rest < 0 != b < 0 ? r(rest + b) : a % b),
        Real("Lerp", new LerpOp(0.25), (a, b, _, r) => r(a + r(0.25 * r(b - a))), 1),
        Real<PReLUOp>("PReLU", default, (a, b, _, r) => a > 0 ? a : r(a * b)),
        new("Weight", 2, false, false, (o, a, b, _) => Kernels.Elementwise.Run(new BinaryForward<WeightOp>(default), o, a, b), (a, b, _, r) => r(Scaled(a, b))),
        new("LogitLoss", 2, false, false, (o, x, t, _) => Kernels.Elementwise.Run(new BinaryForward<LogitLossOp>(default), o, x, t), LogitLossOf)
        {
            Ulps = 4,
        },
        new(
            "LogitLoss by x", 3, false, false,
            (o, g, x, t) => Kernels.Elementwise.Run(new BinaryBackward<SlopeA<LogitLossOp>>(default), o, g, x, t),
            (g, x, t, r) => r(g * r(r(r(1 - t) * r(DoubleOracle.Sigmoid(x))) - r(t * r(DoubleOracle.Sigmoid(-x))))))
        {
            Ulps = 32,
        },
        new(
            "LogitLoss by t", 3, false, false,
            (o, g, x, t) => Kernels.Elementwise.Run(new BinaryBackward<SlopeB<LogitLossOp>>(default), o, g, x, t),
            (g, x, _, r) => r(g * -x)),
        Comparison("Equal", default(EqualOp), (a, b) => a == b),
        Comparison("NotEqual", default(NotEqualOp), (a, b) => a != b),
        Comparison("Greater", default(GreaterOp), (a, b) => a > b),
        Comparison("GreaterOrEqual", default(GreaterOrEqualOp), (a, b) => a >= b),
        Comparison("Less", default(LessOp), (a, b) => a < b),
        Comparison("LessOrEqual", default(LessOrEqualOp), (a, b) => a <= b),
    ];

    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> Names => [.. All.Select(static c => c.Name)];

    /// <summary>The element types the operator is tried with.</summary>
    internal DType[] Types => Numeric
        ? [DType.Float32, DType.Float64, DType.Int32, DType.Int64]
        : [DType.Float32, DType.Float64];

    internal static BinaryCase Named(string name) => Array.Find(All, c => c.Name == name)!;

    /// <summary>The type of the result.</summary>
    internal DType ResultType(DType dtype) => IsComparison ? DType.Bool : dtype;

    /// <summary>
    /// A value for an input: small numbers with ties and zeros among them; the bases of powers are positive, as are the exponents
    /// of integers, so that the formula holds for them all. Probabilities are 0, 1 and between, but not near 0.5, where the logarithms
    /// of both sides cancel; targets are between 0 and 1.
    /// </summary>
    internal double Input(DType dtype, int input, int index)
    {
        double noise = Tests.Numbers.Noise(index, 20 + input);
        switch (Name == "LogLoss" ? input : Name.StartsWith("LogLoss by", StringComparison.Ordinal) ? input - 1 : -1)
        {
            case 0:
                double probability = noise < 0 ? 0.4 * (1 + noise) : 1 - (0.4 * (1 - noise));
                return index % 3 == 0 ? Math.Round(probability) : probability;
            case 1:
                return index % 5 == 0 ? Math.Round((1 + noise) / 2) : (1 + noise) / 2;
        }

        int logit = Name == "LogitLoss" ? input : Name.StartsWith("LogitLoss by", StringComparison.Ordinal) ? input - 1 : -1;
        if (logit == 1)
        {
            // Between 0 and 1 the two sides of the slope cancel: right values are those of the sides.
            return Name == "LogitLoss by x" || index % 5 == 0 ? Math.Round((1 + noise) / 2) : (1 + noise) / 2;
        }

        double value = dtype.IsFloatingPoint && index % 3 != 0 ? noise * 9 : Math.Round(noise * 9);
        return Name != "Pow" ? value : input == 0 || !dtype.IsFloatingPoint ? Math.Abs(value) : value;
    }

    /// <summary>The formula in an element type.</summary>
    internal double Expected(DType dtype, double a, double b, double c) =>
        Value(a, b, c, dtype == DType.Float32 ? static v => (float)v : static v => v);

    private static double LogLossOf(double p, double t, double unused, Func<double, double> r) =>
        r(r(r(t - 1) * r(Limited(DoubleOracle.Log1p(-p)))) - r(t * r(Limited(Math.Log(p)))));

    private static double Limited(double logarithm) => Math.Max(logarithm, -100);

    private static double LogitLossOf(double x, double t, double unused, Func<double, double> r) =>
        r(r(DoubleOracle.Log1p(Math.Exp(-Math.Abs(x)))) + r(x > 0 ? Scaled(r(1 - t), x) : Scaled(t, -x)));

    private static double Scaled(double weight, double value) => weight == 0 ? 0 : weight * value;

    private static BinaryCase Numbers<TOp>(string name, TOp op, Func<double, double, double, Func<double, double>, double> value)
        where TOp : unmanaged, INumericMap =>
        new(name, TOp.Arity, true, false, (o, a, b, c) => Kernels.Elementwise.RunNumeric(op, o, a, b, c), value);

    private static BinaryCase Real<TOp>(string name, TOp op, Func<double, double, double, Func<double, double>, double> value, double ulps = 0)
        where TOp : unmanaged, IBinaryOp => new(
            name, 2, false, false, (o, a, b, _) => Kernels.Elementwise.Run(new BinaryForward<TOp>(op), o, a, b), value, ulps);

    private static BinaryCase Comparison<TOp>(string name, TOp op, Func<double, double, bool> value)
        where TOp : unmanaged, INumericMap => new(
            name, 2, true, true, (o, a, b, c) => Kernels.Elementwise.RunNumeric(op, o, a, b, c), (a, b, _, _) => value(a, b) ? 1 : 0);
}

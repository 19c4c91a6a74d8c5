using DeepSharp.Kernels.Tests.Numerics;

namespace DeepSharp.Kernels.Tests.Elementwise;

/// <summary>A unary operator, its function and derivative in double precision, and where it is tried.</summary>
internal sealed record UnaryCase(
    string Name,
    Saved Saves,
    Action<Operand, Operand> Forward,
    Action<Operand, Operand, Operand> Backward,
    Action<Operand, Operand, Operand> BackwardByDuals,
    Func<double, double> Value,
    Func<double, double> Slope,
    double Low,
    double High)
{
    internal static readonly UnaryCase[] All =
    [
        Of("Abs", default(AbsOp), Math.Abs, x => x > 0 ? 1 : x < 0 ? -1 : 0 * x),
        Of("Affine", new AffineOp(-1.5, 0.25), x => (-1.5 * x) + 0.25, _ => -1.5),
        Of("Ceil", default(CeilOp), Math.Ceiling, _ => 0),
        Of("Clamp", new ClampOp(-0.75, 1.5), x => double.IsNaN(x) ? x : Math.Clamp(x, -0.75, 1.5), x => x is < -0.75 or > 1.5 ? 0 : 1),
        Of("Cos", default(CosOp), Math.Cos, x => -Math.Sin(x), -60, 60),
        Of("ELU", new ELUOp(0.75), x => x > 0 ? x : 0.75 * DoubleOracle.Expm1(x), x => x > 0 ? 1 : 0.75 * Math.Exp(x)),
        Of("ErrorFunction", new ErfOp(0.5), x => Erf(0.5 * x), x => Math.Exp(-0.25 * x * x) / Math.Sqrt(Math.PI)),
        Of("Exp", default(ExpOp), Math.Exp, Math.Exp, -20, 20),
        Of("Expm1", default(Expm1Op), DoubleOracle.Expm1, Math.Exp, -20, 20),
        Of("Floor", default(FloorOp), Math.Floor, _ => 0),
        Of("GELU", default(GELUOp), x => double.IsNegativeInfinity(x) ? 0 : x * Phi(x), x => Phi(x) + (x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI))),
        Of("GELUTanh", default(GELUTanhOp), x => Scaled(0.5 * (1 + Math.Tanh(Inner(x))), x), GeluTanhSlope),
        Of("Identity", default(IdentityOp), x => x, _ => 1),
        Of("LeakyReLU", new LeakyReLUOp(0.125), x => x > 0 ? x : 0.125 * x, x => x > 0 ? 1 : 0.125),
        Of("Log", default(LogOp), Math.Log, x => 1 / x, 0.001, 50),
        Of("Log1p", default(Log1pOp), DoubleOracle.Log1p, x => 1 / (1 + x), -0.9, 50),
        Of("Neg", default(NegOp), x => -x, _ => -1),
        Of("Power 2.5", new PowerOp(2.5), x => Math.Pow(x, 2.5), x => 2.5 * Math.Pow(x, 1.5), 0, 10),
        Of("Power 3", new PowerOp(3), x => x * x * x, x => 3 * x * x),
        Of("Power -2", new PowerOp(-2), x => 1 / (x * x), x => -2 / (x * x * x), 0.1, 10),
        Of("Reciprocal", default(ReciprocalOp), x => 1 / x, x => -1 / (x * x), 0.1, 10),
        Of("ReLU", default(ReLUOp), x => x > 0 || double.IsNaN(x) ? x : 0, x => x <= 0 ? 0 : 1),
        Of("Round", default(RoundOp), x => Math.Round(x, MidpointRounding.ToEven), _ => 0),
        Of("Rsqrt", default(RsqrtOp), x => 1 / Math.Sqrt(x), x => -0.5 / (x * Math.Sqrt(x)), 0.1, 50),
        Of("Sigmoid", default(SigmoidOp), DoubleOracle.Sigmoid, SigmoidSlope, -20, 20),
        Of("Sign", default(SignOp), x => double.IsNaN(x) ? x : Math.Sign(x), _ => 0),
        Of("SiLU", default(SiLUOp), x => Scaled(DoubleOracle.Sigmoid(x), x), x => DoubleOracle.Sigmoid(x) + Scaled(SigmoidSlope(x), x)),
        Of("Sin", default(SinOp), Math.Sin, Math.Cos, -60, 60),
        Of("Softplus", default(SoftplusOp), x => Math.Max(x, 0) + DoubleOracle.Log1p(Math.Exp(-Math.Abs(x))), DoubleOracle.Sigmoid, -30, 30),
        Of("Sqrt", default(SqrtOp), Math.Sqrt, x => 0.5 / Math.Sqrt(x), 0.01, 50),
        Of("Square", default(SquareOp), x => x * x, x => 2 * x),
        Of("Tanh", default(TanhOp), Math.Tanh, x => 1 / (Math.Cosh(x) * Math.Cosh(x)), -5, 5),
        Of("Tan", default(TanOp), Math.Tan, x => 1 + (Math.Tan(x) * Math.Tan(x)), -1.2, 1.2),
        Of("Asin", default(AsinOp), Math.Asin, x => 1 / Math.Sqrt((1 - x) * (1 + x)), -0.99, 0.99),
        Of("Acos", default(AcosOp), Math.Acos, x => -1 / Math.Sqrt((1 - x) * (1 + x)), -0.99, 0.99),
        Of("Atan", default(AtanOp), Math.Atan, x => 1 / (1 + (x * x)), -40, 40),
        Of("Sinh", default(SinhOp), Math.Sinh, Math.Cosh, -30, 30),
        Of("Cosh", default(CoshOp), Math.Cosh, Math.Sinh, -30, 30),
        Of("Asinh", default(AsinhOp), Math.Asinh, x => 1 / Math.Sqrt((x * x) + 1), -40, 40),
        Of("Acosh", default(AcoshOp), Math.Acosh, x => 1 / (Math.Sqrt(x - 1) * Math.Sqrt(x + 1)), 1.05, 40),
        Of("Atanh", default(AtanhOp), Math.Atanh, x => 1 / ((1 - x) * (1 + x)), -0.99, 0.99),
        Of("Erfc", default(ErfcOp), SpecialOracle.Erfc, x => -2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x)),
        Of("ErfInv", default(ErfInvOp), SpecialOracle.ErfInv, ErfInvSlope, -0.97, 0.97),
        Of("LogGamma", default(LogGammaOp), SpecialOracle.LogGamma, SpecialOracle.Digamma, 0.2, 14),
        Of("LogGamma below 0", default(LogGammaOp), SpecialOracle.LogGamma, SpecialOracle.Digamma, -0.8, -0.2),
        Of("Digamma", default(DigammaOp), SpecialOracle.Digamma, SpecialOracle.Trigamma, 0.3, 14),
        Of("Digamma below 0", default(DigammaOp), SpecialOracle.Digamma, SpecialOracle.Trigamma, -0.7, -0.3),
        Of("Trunc", default(TruncOp), Math.Truncate, _ => 0),
        Of("SELU", default(SELUOp), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * DoubleOracle.Expm1(x)), x => 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Math.Exp(x))),
        Of("CELU", new CELUOp(0.5), x => x > 0 ? x : 0.5 * DoubleOracle.Expm1(x / 0.5), x => x > 0 ? 1 : Math.Exp(x / 0.5)),
        Of("Mish", default(MishOp), x => double.IsNegativeInfinity(x) ? 0 : x * Math.Tanh(Softplus(x)), MishSlope),
        Of("Hardswish", default(HardswishOp), x => x < -3 ? 0 : x > 3 ? x : x * (x + 3) / 6, x => x < -3 ? 0 : x > 3 ? 1 : ((2 * x) + 3) / 6),
        Of("Hardsigmoid", default(HardsigmoidOp), x => x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6, x => x is > -3 and < 3 ? 1 / 6.0 : 0),
        Of("Hardtanh", new HardtanhOp(-0.75, 1.5), x => double.IsNaN(x) ? x : Math.Clamp(x, -0.75, 1.5), x => x is > -0.75 and < 1.5 ? 1 : 0),
        Of("Hardshrink", new HardshrinkOp(0.5), x => Math.Abs(x) <= 0.5 ? 0 : x, x => Math.Abs(x) <= 0.5 ? 0 : 1),
        Of("Softshrink", new SoftshrinkOp(0.5), x => x > 0.5 ? x - 0.5 : x < -0.5 ? x + 0.5 : 0 * x, x => Math.Abs(x) <= 0.5 ? 0 : 1),
        Of("Tanhshrink", default(TanhshrinkOp), x => x - Math.Tanh(x), x => Math.Tanh(x) * Math.Tanh(x)),
        Of("Threshold", new ThresholdOp(0.25, -2), x => x <= 0.25 ? -2 : x, x => x <= 0.25 ? 0 : 1),
        Of("LogSigmoid", default(LogSigmoidOp), x => -Softplus(-x), x => DoubleOracle.Sigmoid(-x), -30, 30),
        Of("Softsign", default(SoftsignOp), x => double.IsInfinity(x) ? Math.Sign(x) : x / (1 + Math.Abs(x)), x => 1 / ((1 + Math.Abs(x)) * (1 + Math.Abs(x)))),
        Of("Softplus, beta 2, threshold 3", new ScaledSoftplusOp(2, 3), x => 2 * x > 3 ? x : Softplus(2 * x) / 2, x => 2 * x > 3 ? 1 : DoubleOracle.Sigmoid(2 * x)),
        Of(
            "Affine, then Exp",
            new Then<AffineOp, ExpOp>(new AffineOp(0.5, 1), default),
            x => Math.Exp((0.5 * x) + 1),
            x => 0.5 * Math.Exp((0.5 * x) + 1)),
        Of(
            "Affine, then Affine, then Tanh",
            new AffineOp(0.5, 1).Then(new AffineOp(-2, 0.5)).Then(default(TanhOp)),
            x => Math.Tanh(-x - 1.5),
            x => -1 / (Math.Cosh(-x - 1.5) * Math.Cosh(-x - 1.5))),
        Of(
            "Tanh, then Square, then Sin",
            new Then<Then<TanhOp, SquareOp>, SinOp>(default, default),
            x => Math.Sin(Math.Tanh(x) * Math.Tanh(x)),
            x => Math.Cos(Math.Tanh(x) * Math.Tanh(x)) * 2 * Math.Tanh(x) / (Math.Cosh(x) * Math.Cosh(x))),
    ];

    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> Names => [.. All.Select(static c => c.Name)];

    internal static UnaryCase Named(string name) => Array.Find(All, c => c.Name == name)!;

    /// <summary>A number of the domain for each index.</summary>
    internal double Input(int index) => Low + ((High - Low) * 0.5 * (1 + Numbers.Noise(index, 3)));

    private static UnaryCase Of<TOp>(
        string name, TOp op, Func<double, double> value, Func<double, double> slope, double low = -4, double high = 4)
        where TOp : unmanaged, IUnaryOp => new(
            name,
            TOp.SavesForSlope,
            (o, x) => Kernels.Elementwise.Run(new UnaryForward<TOp>(op), o, x),
            (o, g, saved) => Kernels.Elementwise.Run(new UnaryBackward<TOp>(op), o, g, saved),
            (o, g, x) => Kernels.Elementwise.Run(new UnaryBackward<FormulaOf<TOp>>(new(op)), o, g, x),
            value,
            slope,
            low,
            high);

    // Of functions that go to 0 faster than x to infinity.
    private static double Scaled(double share, double x) => share == 0 ? 0 : share * x;

    private static double Phi(double x) => 0.5 * (1 + Erf(x * Math.Sqrt(0.5)));

    private static double Inner(double x) => Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x));

    private static double GeluTanhSlope(double x)
    {
        double t = Math.Tanh(Inner(x));
        return (0.5 * (1 + t)) + Scaled(0.5 * (1 - (t * t)), x * Math.Sqrt(2 / Math.PI) * (1 + (3 * 0.044715 * x * x)));
    }

    private static double Softplus(double x) => Math.Max(x, 0) + DoubleOracle.Log1p(Math.Exp(-Math.Abs(x)));

    private static double MishSlope(double x)
    {
        double t = Math.Tanh(Softplus(x));
        return t + (x * (1 - (t * t)) * DoubleOracle.Sigmoid(x));
    }

    private static double ErfInvSlope(double x)
    {
        double y = SpecialOracle.ErfInv(x);
        return Math.Sqrt(Math.PI) / 2 * Math.Exp(y * y);
    }

    private static double SigmoidSlope(double x) => DoubleOracle.Sigmoid(x) * DoubleOracle.Sigmoid(-x);

    // erf(x) = 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!: all terms of one sign (Abramowitz and Stegun, 7.1.6).
    internal static double Erf(double x)
    {
        if (!(Math.Abs(x) < 6.5))
        {
            return double.IsNaN(x) ? x : Math.CopySign(1, x);
        }

        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}

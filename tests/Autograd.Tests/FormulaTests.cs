using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>Operators whose derivatives, up to the third, follow from their formula: built-in ones, nests, a user's, activations in layers.</summary>
[Collection(Alone.Name)]
public class FormulaTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_unary = new()
    {
        ["Identity"] = static x => x.Apply(default(IdentityOp)),
        ["One"] = static x => x.Apply(default(OneOp)),
        ["Neg"] = static x => x.Apply(default(NegOp)),
        ["Affine"] = static x => x.Apply(new AffineOp(3, -2)),
        ["Abs"] = static x => x.Apply(default(AbsOp)),
        ["Square"] = static x => x.Apply(default(SquareOp)),
        ["Sqrt"] = static x => (x + 3).Apply(default(SqrtOp)),
        ["RootOfSquares"] = static x => (x + 3).Apply(default(RootOfSquaresOp)),
        ["Rsqrt"] = static x => (x + 3).Apply(default(RsqrtOp)),
        ["Reciprocal"] = static x => (x + 3).Apply(default(ReciprocalOp)),
        ["Power 3"] = static x => x.Apply(new PowerOp(3)),
        ["Power 2"] = static x => x.Apply(new PowerOp(2)),
        ["Power -1.5"] = static x => (x + 3).Apply(new PowerOp(-1.5)),
        ["Exp"] = static x => x.Apply(default(ExpOp)),
        ["Expm1"] = static x => x.Apply(default(Expm1Op)),
        ["Log"] = static x => (x + 3).Apply(default(LogOp)),
        ["Log1p"] = static x => (x + 3).Apply(default(Log1pOp)),
        ["Erf"] = static x => x.Apply(new ErfOp(0.8)),
        ["Sin"] = static x => x.Apply(default(SinOp)),
        ["Cos"] = static x => x.Apply(default(CosOp)),
        ["Floor"] = static x => x.Apply(default(FloorOp)) * x,
        ["Ceil"] = static x => x.Apply(default(CeilOp)) * x,
        ["Round"] = static x => x.Apply(default(RoundOp)) * x,
        ["Sign"] = static x => x.Apply(default(SignOp)) * x,
        ["Clamp"] = static x => x.Apply(new ClampOp(-0.9, 1.1)),
        ["ReLU"] = static x => x.Apply(default(ReLUOp)),
        ["LeakyReLU"] = static x => x.Apply(new LeakyReLUOp(0.2)),
        ["ELU"] = static x => x.Apply(new ELUOp(0.7)),
        ["GELU"] = static x => x.Apply(default(GELUOp)),
        ["GELUTanh"] = static x => x.Apply(default(GELUTanhOp)),
        ["SiLU"] = static x => x.Apply(default(SiLUOp)),
        ["Sigmoid"] = static x => x.Apply(default(SigmoidOp)),
        ["Softplus"] = static x => x.Apply(default(SoftplusOp)),
        ["Tanh"] = static x => x.Apply(default(TanhOp)),
        ["Tan"] = static x => (x * 0.3).Apply(default(TanOp)),
        ["Asin"] = static x => (x * 0.2).Apply(default(AsinOp)),
        ["Acos"] = static x => (x * 0.2).Apply(default(AcosOp)),
        ["Atan"] = static x => x.Apply(default(AtanOp)),
        ["Sinh"] = static x => x.Apply(default(SinhOp)),
        ["Cosh"] = static x => x.Apply(default(CoshOp)),
        ["Asinh"] = static x => x.Apply(default(AsinhOp)),
        ["Acosh"] = static x => (x + 5).Apply(default(AcoshOp)),
        ["Atanh"] = static x => (x * 0.2).Apply(default(AtanhOp)),
        ["Erfc"] = static x => x.Apply(default(ErfcOp)),
        ["ErfInv"] = static x => (x * 0.2).Apply(default(ErfInvOp)),
        ["LogGamma"] = static x => (x + 4).Apply(default(LogGammaOp)),
        ["LogGamma near its zeros"] = static x => ((x * 0.1) + 1.5).Apply(default(LogGammaOp)),
        ["LogGamma below 0"] = static x => ((x * 0.05) - 1.5).Apply(default(LogGammaOp)),
        ["Digamma"] = static x => (x + 4).Apply(default(DigammaOp)),
        ["Trunc"] = static x => x.Apply(default(TruncOp)) * x,
        ["SELU"] = static x => x.Apply(default(SELUOp)),
        ["CELU"] = static x => x.Apply(new CELUOp(0.7)),
        ["Mish"] = static x => x.Apply(default(MishOp)),
        ["Hardswish"] = static x => x.Apply(default(HardswishOp)),
        ["Hardsigmoid"] = static x => x.Apply(default(HardsigmoidOp)),
        ["Hardtanh"] = static x => x.Apply(new HardtanhOp(-0.9, 1.1)),
        ["Hardshrink"] = static x => x.Apply(new HardshrinkOp(0.41)),
        ["Softshrink"] = static x => x.Apply(new SoftshrinkOp(0.41)),
        ["Tanhshrink"] = static x => x.Apply(default(TanhshrinkOp)),
        ["Threshold"] = static x => x.Apply(new ThresholdOp(0.1, 2)),
        ["LogSigmoid"] = static x => x.Apply(default(LogSigmoidOp)),
        ["Softsign"] = static x => x.Apply(default(SoftsignOp)),
        ["Softplus with beta"] = static x => x.Apply(new ScaledSoftplusOp(2, 1.7)),
        ["a user's"] = static x => x.Apply(new Bump(2)),
        ["a user's by hand"] = static x => x.Apply(new Cubed(0.5)),
        ["nest that saves its output"] = static x => x.Apply(new AffineOp(0.5, 1).Then(default(TanhOp))),
        ["nest that saves its input"] = static x => x.Apply(default(TanhOp).Then(default(SquareOp)).Then(default(SinOp))),
        ["nest around a user's"] = static x => x.Apply(new Bump(2).Then(new Cubed(0.5)).Then(default(SoftplusOp))),
        ["Dense with tanh"] = static x => x.Reshape(2, 3).Linear(Weight(x), null, default(TanhOp)),
        ["Dense with swish"] = static x => x.Reshape(2, 3).Linear(Weight(x), x[..2], default(SiLUOp)),
        ["Dense with a user's"] = static x => x.Reshape(2, 3).Linear(Weight(x), x[..2], new Bump(2)),
        ["BatchNorm with sigmoid"] = static x => x.Reshape(3, 2).BatchNorm(x[..2], x[1..3], null, null, 0.1, 0.1, default(SigmoidOp)),
        ["BatchNorm with a user's"] = static x => x.Reshape(3, 2).BatchNorm(null, null, null, null, 0.1, 0.1, new Bump(2)),
        ["AddBatchNorm with tanh"] = static x => x.Reshape(3, 2).AddBatchNorm(x.Reshape(3, 2), null, null, null, null, 0.1, 0.1, default(TanhOp)),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> s_binary = new()
    {
        ["Add"] = static (a, b) => Fuse.Binary<AddOp>(a, b),
        ["Subtract"] = static (a, b) => Fuse.Binary<SubtractOp>(a, b),
        ["Multiply"] = static (a, b) => Fuse.Binary<MultiplyOp>(a, b),
        ["Divide"] = static (a, b) => Fuse.Binary<DivideOp>(a, b + 3),
        ["Pow"] = static (a, b) => Fuse.Binary<PowOp>(a + 3, b),
        ["Maximum"] = static (a, b) => Fuse.Binary<MaximumOp>(a, b),
        ["Minimum"] = static (a, b) => Fuse.Binary<MinimumOp>(a, b),
        ["LogLoss"] = static (a, b) => Fuse.Binary<LogLossOp>(a.Sigmoid(), b),
        ["Atan2"] = static (a, b) => Fuse.Binary<Atan2Op>(a, b + 3),
        ["Fmod"] = static (a, b) => Fuse.Binary<FmodOp>(a * 1.7, b.Square() + 0.6),
        ["Remainder"] = static (a, b) => Fuse.Binary<RemainderOp>(a * 1.7, b.Square() + 0.6),
        ["Lerp"] = static (a, b) => Fuse.Binary(a, b, new LerpOp(0.7)),
        ["PReLU"] = static (a, b) => Fuse.Binary<PReLUOp>(a, b),
        ["LogitLoss"] = static (a, b) => Fuse.Binary<LogitLossOp>(a, b),
        ["Weight"] = static (a, b) => Fuse.Binary<WeightOp>(a, b),
        ["After"] = static (a, b) => Fuse.Binary<After<MultiplyOp, SigmoidOp>>(a, b),
        ["Combine"] = static (a, b) => Fuse.Binary<Combine<SiLUOp, TanhOp, MultiplyOp>>(a, b),
        ["around a user's"] = static (a, b) => Fuse.Binary(a, b, new After<SubtractOp, Then<Bump, TanhOp>>(default, new Bump(2).Then(default(TanhOp)))),
    };

    public static TheoryData<string, string> Unary => Rows(s_unary.Keys);

    public static TheoryData<string, string> Binary => Rows(s_binary.Keys);

    [Theory]
    [MemberData(nameof(Unary))]
    public void Three_derivatives_agree_with_finite_differences(string name, string on)
    {
        using TensorScope scope = Tensor.Scope();
        bool cpu = on == "cpu";
        Tensor x = OperatorGradients.Sample(6, 1).To(cpu ? Device.Cpu : TestDevice.Gpu);
        GradCheck.Run(xs => s_unary[name](xs[0]), [x], order: 3, tolerance: 4e-6);
    }

    [Theory]
    [MemberData(nameof(Binary))]
    public void Three_derivatives_by_both_inputs_agree_with_finite_differences(string name, string on)
    {
        using TensorScope scope = Tensor.Scope();
        Device device = on == "cpu" ? Device.Cpu : TestDevice.Gpu;
        Tensor a = OperatorGradients.Sample([2, 2], 1).To(device);
        Tensor b = OperatorGradients.Sample(2, 2).To(device);
        GradCheck.Run(xs => s_binary[name](xs[0], xs[1]), [a, b], order: 3, tolerance: 4e-6);
    }

    [Fact]
    public void There_is_no_highest_order()
    {
        // sin has itself for its fourth derivative, and e^(2 x) grows by 2 each time; the sixth is a type made at run time.
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            double[] at = [-1.3, 0, 0.4, 2];
            Tensor x = Tensor.From(at, device).RequireGrad();
            Tensor y = x.Apply(default(SinOp));
            Tensor z = Fuse.Binary<After<AddOp, ExpOp>>(x, x);
            for (int order = 1; order <= 6; order++)
            {
                y = Grad.Of(y.Sum(), x, createGraph: true);
                z = order <= 4 ? Grad.Of(z.Sum(), x, createGraph: true) : z;
            }

            Close([.. at.Select(static v => -Math.Sin(v))], y);
            Close([.. at.Select(static v => 16 * Math.Exp(2 * v))], z);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Powers_have_derivatives_at_zero(int exponent)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.From([0.0, 2], device).RequireGrad();
            Tensor p = Tensor.From([(double)exponent], device);
            Tensor[] powers = [x.Pow(exponent), x.Apply(new PowerOp(exponent)), x.Pow(p), Fuse.Binary<PowOp>(x, p)];
            double factor = 1;
            for (int order = 1; order <= 4; order++)
            {
                factor *= exponent - order + 1;
                double[] expected = [exponent == order ? factor : 0, factor * Math.Pow(2, exponent - order)];
                for (int i = 0; i < powers.Length; i++)
                {
                    powers[i] = powers[i].RequiresGrad ? Grad.Of(powers[i].Sum(), x, createGraph: true) : Tensor.ZerosLike(x);
                    Close(expected, powers[i]);
                }
            }
        }
    }

    private static TheoryData<string, string> Rows(IEnumerable<string> names)
    {
        TheoryData<string, string> rows = [];
        foreach (string name in names)
        {
            rows.Add(name, "cpu");
            rows.Add(name, "gpu");
        }

        return rows;
    }

    private static Tensor Weight(Tensor x) => x.Reshape(2, 3) * 0.7;

    private static void Close(double[] expected, Tensor actual)
    {
        double[] values = actual.ToArray<double>();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], values[i], 1e-11);
        }
    }
}

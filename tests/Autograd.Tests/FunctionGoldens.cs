using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Further element-wise functions and activations against PyTorch.</summary>
public class FunctionGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], GoldenCase, Tensor>> s_functions = new()
    {
        ["tan"] = (x, _) => x[0].Tan(),
        ["asin"] = (x, _) => x[0].Asin(),
        ["acos"] = (x, _) => x[0].Acos(),
        ["atan"] = (x, _) => x[0].Atan(),
        ["sinh"] = (x, _) => x[0].Sinh(),
        ["cosh"] = (x, _) => x[0].Cosh(),
        ["asinh"] = (x, _) => x[0].Asinh(),
        ["acosh"] = (x, _) => x[0].Acosh(),
        ["atanh"] = (x, _) => x[0].Atanh(),
        ["erfc"] = (x, _) => x[0].Erfc(),
        ["erfinv"] = (x, _) => x[0].ErfInv(),
        ["lgamma"] = (x, _) => x[0].LogGamma(),
        ["lgamma_negative"] = (x, _) => x[0].LogGamma(),
        ["digamma"] = (x, _) => x[0].Digamma(),
        ["digamma_negative"] = (x, _) => x[0].Digamma(),
        ["trunc"] = (x, _) => x[0].Trunc(),
        ["selu"] = (x, _) => x[0].SELU(),
        ["celu"] = (x, golden) => x[0].CELU(golden.Options.Number("alpha")),
        ["mish"] = (x, _) => x[0].Mish(),
        ["hardswish"] = (x, _) => x[0].Hardswish(),
        ["hardsigmoid"] = (x, _) => x[0].Hardsigmoid(),
        ["hardtanh"] = (x, golden) => x[0].Hardtanh(golden.Options.Number("min_val"), golden.Options.Number("max_val")),
        ["relu6"] = (x, _) => x[0].ReLU6(),
        ["hardshrink"] = (x, golden) => x[0].Hardshrink(golden.Options.Number("lambd")),
        ["softshrink"] = (x, golden) => x[0].Softshrink(golden.Options.Number("lambd")),
        ["tanhshrink"] = (x, _) => x[0].Tanhshrink(),
        ["threshold"] = (x, golden) => x[0].Threshold(golden.Options.Number("threshold"), golden.Options.Number("value")),
        ["logsigmoid"] = (x, _) => x[0].LogSigmoid(),
        ["softsign"] = (x, _) => x[0].Softsign(),
        ["softplus"] = (x, golden) => x[0].Softplus(golden.Options.Number("beta"), golden.Options.Number("threshold")),
        ["prelu"] = (x, _) => x[0].PReLU(x[1]),
        ["glu"] = (x, golden) => x[0].GLU(golden.Options.Integer("dim")),
        ["swiglu"] = (x, golden) => x[0].SwiGLU(golden.Options.Integer("dim")),
        ["softmin"] = (x, golden) => x[0].Softmin(golden.Options.Integer("dim")),
        ["atan2"] = (x, _) => Tensor.Atan2(x[0], x[1]),
        ["fmod"] = (x, _) => x[0].Fmod(x[1]),
        ["remainder"] = (x, _) => x[0].Remainder(x[1]),
        ["lerp"] = (x, golden) => Tensor.Lerp(x[0], x[1], golden.Options.Number("weight")),
        ["lerp_tensor"] = (x, _) => Tensor.Lerp(x[0], x[1], x[2]),
    };

    public static IEnumerable<object[]> Names => Golden.Names("functions", [.. s_functions.Keys]);

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_gradients_agree_with_PyTorch(string name)
    {
        GoldenCase golden = Golden.Load("functions")[name];

        // PyTorch computes the derivative of digamma to ten digits, and multiplies by 1/6 in single precision in hardsigmoid.
        double looser = (golden.Kind, golden.DType) switch
        {
            ("digamma" or "digamma_negative", "float64") => 1e3,
            ("hardsigmoid", "float64") => 1e4,
            _ => 1,
        };
        GoldenTensors.CheckAll(golden, inputs => s_functions[golden.Kind](inputs, golden), looser);
    }

    [Fact]
    public void Every_kind_of_the_file_is_tried() =>
        Assert.Equal(s_functions.Keys.Order(), Golden.Load("functions").Cases.Select(static item => item.Kind).Distinct().Order());
}

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>Zeros of either sign, infinities, NaN, denormals and the ends of the ranges: equal to the last bit.</summary>
public class SpecialValueTests
{
    private static readonly (string Name, float X, float Expected)[] Single =
    [
        ("Exp", 0f, 1f),
        ("Exp", -0f, 1f),
        ("Exp", float.NegativeInfinity, 0f),
        ("Exp", float.PositiveInfinity, float.PositiveInfinity),
        ("Exp", 88.72284f, float.PositiveInfinity),
        ("Exp", -104f, 0f),
        ("Exp", -103f, 1.401298e-45f),
        ("Exp", float.NaN, float.NaN),
        ("Expm1", 0f, 0f),
        ("Expm1", -0f, -0f),
        ("Expm1", 1e-44f, 1e-44f),
        ("Expm1", float.NegativeInfinity, -1f),
        ("Expm1", float.PositiveInfinity, float.PositiveInfinity),
        ("Expm1", float.NaN, float.NaN),
        ("Log", 1f, 0f),
        ("Log", 0f, float.NegativeInfinity),
        ("Log", -0f, float.NegativeInfinity),
        ("Log", -1f, float.NaN),
        ("Log", -1e-44f, float.NaN),
        ("Log", float.NegativeInfinity, float.NaN),
        ("Log", float.PositiveInfinity, float.PositiveInfinity),
        ("Log", 1.401298e-45f, -103.278929f),
        ("Log", float.NaN, float.NaN),
        ("Log1p", 0f, 0f),
        ("Log1p", -0f, -0f),
        ("Log1p", -1e-44f, -1e-44f),
        ("Log1p", -1f, float.NegativeInfinity),
        ("Log1p", -1.5f, float.NaN),
        ("Log1p", float.NegativeInfinity, float.NaN),
        ("Log1p", float.PositiveInfinity, float.PositiveInfinity),
        ("Log1p", float.MaxValue, 88.7228394f),
        ("Log1p", float.NaN, float.NaN),
        ("Tanh", 0f, 0f),
        ("Tanh", -0f, -0f),
        ("Tanh", 1e-44f, 1e-44f),
        ("Tanh", float.NegativeInfinity, -1f),
        ("Tanh", float.PositiveInfinity, 1f),
        ("Tanh", float.NaN, float.NaN),
        ("Sigmoid", 0f, 0.5f),
        ("Sigmoid", -104f, 0f),
        ("Sigmoid", -103f, 1.401298e-45f),
        ("Sigmoid", float.NegativeInfinity, 0f),
        ("Sigmoid", float.PositiveInfinity, 1f),
        ("Sigmoid", float.NaN, float.NaN),
        ("Erf", 0f, 0f),
        ("Erf", -0f, -0f),
        ("Erf", float.NegativeInfinity, -1f),
        ("Erf", float.PositiveInfinity, 1f),
        ("Erf", float.NaN, float.NaN),
        ("NormalTail", 0f, 0.5f),
        ("NormalTail", 14.2f, 0f),
        ("NormalTail", float.MaxValue, 0f),
        ("NormalTail", float.PositiveInfinity, 0f),
        ("NormalTail", float.NaN, float.NaN),
        ("Sin", 0f, 0f),
        ("Sin", -0f, -0f),
        ("Sin", 1e-44f, 1e-44f),
        ("Sin", float.PositiveInfinity, float.NaN),
        ("Sin", float.NegativeInfinity, float.NaN),
        ("Sin", float.NaN, float.NaN),
        ("Cos", 0f, 1f),
        ("Cos", -0f, 1f),
        ("Cos", float.PositiveInfinity, float.NaN),
        ("Cos", float.NaN, float.NaN),
        ("Sqrt", -0f, -0f),
        ("Sqrt", -1f, float.NaN),
        ("Sqrt", float.PositiveInfinity, float.PositiveInfinity),
        ("Floor", -0f, -0f),
        ("Floor", -0.3f, -1f),
        ("Floor", 8388607.5f, 8388607f),
        ("Floor", -8388607.5f, -8388608f),
        ("Floor", float.NegativeInfinity, float.NegativeInfinity),
        ("Floor", float.NaN, float.NaN),
    ];

    private static readonly (string Name, double X, double Expected)[] Double =
    [
        ("Exp", 0.0, 1.0),
        ("Exp", double.NegativeInfinity, 0.0),
        ("Exp", double.PositiveInfinity, double.PositiveInfinity),
        ("Exp", 709.79, double.PositiveInfinity),
        ("Exp", -746.0, 0.0),
        ("Exp", double.NaN, double.NaN),
        ("Expm1", -0.0, -0.0),
        ("Expm1", 5e-324, 5e-324),
        ("Expm1", double.NegativeInfinity, -1.0),
        ("Expm1", double.PositiveInfinity, double.PositiveInfinity),
        ("Expm1", double.NaN, double.NaN),
        ("Log", 1.0, 0.0),
        ("Log", -0.0, double.NegativeInfinity),
        ("Log", -5e-324, double.NaN),
        ("Log", double.PositiveInfinity, double.PositiveInfinity),
        ("Log", double.NegativeInfinity, double.NaN),
        ("Log", double.NaN, double.NaN),
        ("Log1p", -0.0, -0.0),
        ("Log1p", -5e-324, -5e-324),
        ("Log1p", -1.0, double.NegativeInfinity),
        ("Log1p", -2.0, double.NaN),
        ("Log1p", double.PositiveInfinity, double.PositiveInfinity),
        ("Log1p", double.NaN, double.NaN),
        ("Tanh", -0.0, -0.0),
        ("Tanh", double.NegativeInfinity, -1.0),
        ("Tanh", double.PositiveInfinity, 1.0),
        ("Tanh", double.NaN, double.NaN),
        ("Sigmoid", 0.0, 0.5),
        ("Sigmoid", double.NegativeInfinity, 0.0),
        ("Sigmoid", double.PositiveInfinity, 1.0),
        ("Sigmoid", double.NaN, double.NaN),
        ("Erf", -0.0, -0.0),
        ("Erf", double.NegativeInfinity, -1.0),
        ("Erf", double.PositiveInfinity, 1.0),
        ("Erf", double.NaN, double.NaN),
        ("NormalTail", 0, 0.5),
        ("NormalTail", 38.6, 0),
        ("NormalTail", double.MaxValue, 0),
        ("NormalTail", double.PositiveInfinity, 0),
        ("NormalTail", double.NaN, double.NaN),
        ("Sin", -0.0, -0.0),
        ("Sin", 5e-324, 5e-324),
        ("Sin", double.PositiveInfinity, double.NaN),
        ("Sin", double.NaN, double.NaN),
        ("Cos", 0.0, 1.0),
        ("Cos", double.NegativeInfinity, double.NaN),
        ("Cos", double.NaN, double.NaN),
        ("Sqrt", -0.0, -0.0),
        ("Sqrt", -1.0, double.NaN),
        ("Sqrt", double.PositiveInfinity, double.PositiveInfinity),
        ("Floor", -0.0, -0.0),
        ("Floor", -0.3, -1.0),
        ("Floor", -4503599627370495.5, -4503599627370496.0),
        ("Floor", double.NaN, double.NaN),
    ];

    public static TheoryData<string> Names => RealFunction.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Single_precision(string name)
    {
        RealFunction f = RealFunction.Named(name);
        var rows = Single.Where(r => r.Name == name).ToArray();
        Assert.NotEmpty(rows);
        foreach ((_, float x, float expected) in rows)
        {
            Assert.Equal((x, Bits(expected)), (x, Bits(f.Single(x).Value)));
            Assert.Equal((x, Bits(expected)), (x, Bits(f.SingleVector(x).Value[0])));
        }

        static int Bits(float y) => BitConverter.SingleToInt32Bits(float.IsNaN(y) ? float.NaN : y);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Double_precision(string name)
    {
        RealFunction f = RealFunction.Named(name);
        var rows = Double.Where(r => r.Name == name).ToArray();
        Assert.NotEmpty(rows);
        foreach ((_, double x, double expected) in rows)
        {
            Assert.Equal((x, Bits(expected)), (x, Bits(f.Double(x).Value)));
            Assert.Equal((x, Bits(expected)), (x, Bits(f.DoubleVector(x).Value[0])));
        }

        static long Bits(double y) => BitConverter.DoubleToInt64Bits(double.IsNaN(y) ? double.NaN : y);
    }
}

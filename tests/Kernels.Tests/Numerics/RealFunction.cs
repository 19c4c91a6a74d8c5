using System.Numerics;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>One elementary function in its six forms, with its oracles and the largest error allowed in each precision.</summary>
internal sealed record RealFunction(
    string Name,
    Func<F32, F32> Single,
    Func<F32x, F32x> SingleVector,
    Func<F32x16, F32x16> SingleWide,
    Func<F64, F64> Double,
    Func<F64x, F64x> DoubleVector,
    Func<F64x8, F64x8> DoubleWide,
    Func<double, double> Oracle,
    Func<BigInteger, BigInteger> ExactOracle,
    double SingleUlps,
    double DoubleUlps)
{
    private static readonly RealFunction[] Table =
    [
        new("Exp", F32.Exp, Of<F32x>.Exp, Of<F32x16>.Exp, F64.Exp, Of<F64x>.Exp, Of<F64x8>.Exp, Math.Exp, FixedPoint.Exp, 1.1, 1.1),
        new(
            "Expm1", F32.Expm1, Of<F32x>.Expm1, Of<F32x16>.Expm1,
            F64.Expm1, Of<F64x>.Expm1, Of<F64x8>.Expm1, DoubleOracle.Expm1, FixedPoint.Expm1, 1.8, 2),
        new("Log", F32.Log, Of<F32x>.Log, Of<F32x16>.Log, F64.Log, Of<F64x>.Log, Of<F64x8>.Log, Math.Log, FixedPoint.Log, 0.9, 0.9),
        new(
            "Log1p", F32.Log1p, Of<F32x>.Log1p, Of<F32x16>.Log1p,
            F64.Log1p, Of<F64x>.Log1p, Of<F64x8>.Log1p, DoubleOracle.Log1p, FixedPoint.Log1p, 1.5, 1.1),
        new(
            "Tanh", F32.Tanh, Of<F32x>.Tanh, Of<F32x16>.Tanh,
            F64.Tanh, Of<F64x>.Tanh, Of<F64x8>.Tanh, Math.Tanh, FixedPoint.Tanh, 1.4, 2.6),
        new(
            "Sigmoid", F32.Sigmoid, Of<F32x>.Sigmoid, Of<F32x16>.Sigmoid,
            F64.Sigmoid, Of<F64x>.Sigmoid, Of<F64x8>.Sigmoid, DoubleOracle.Sigmoid, FixedPoint.Sigmoid, 2.5, 2.5),
        new("Erf", F32.Erf, Of<F32x>.Erf, Of<F32x16>.Erf, F64.Erf, Of<F64x>.Erf, Of<F64x8>.Erf, DoubleOracle.Erf, FixedPoint.Erf, 1.5, 2.8),
        new(
            "NormalTail", x => F32.NormalTail(F32.Abs(x), out _), x => Of<F32x>.NormalTail(F32x.Abs(x)), x => Of<F32x16>.NormalTail(F32x16.Abs(x)),
            x => F64.NormalTail(F64.Abs(x), out _), x => Of<F64x>.NormalTail(F64x.Abs(x)), x => Of<F64x8>.NormalTail(F64x8.Abs(x)),
            x => DoubleOracle.NormalTail(Math.Abs(x)), FixedPoint.NormalTail, 7, 4),
        new("Sin", F32.Sin, Of<F32x>.Sin, Of<F32x16>.Sin, F64.Sin, Of<F64x>.Sin, Of<F64x8>.Sin, Math.Sin, FixedPoint.Sin, 1.6, 1.6),
        new("Cos", F32.Cos, Of<F32x>.Cos, Of<F32x16>.Cos, F64.Cos, Of<F64x>.Cos, Of<F64x8>.Cos, Math.Cos, FixedPoint.Cos, 1.6, 1.6),
        new(
            "Sqrt", F32.Sqrt, F32x.Sqrt, F32x16.Sqrt,
            F64.Sqrt, F64x.Sqrt, F64x8.Sqrt, Math.Sqrt, x => FixedPoint.Pow(x, FixedPoint.One / 2), 0.5001, 0.5001),
        new(
            "Floor", F32.Floor, F32x.Floor, F32x16.Floor,
            F64.Floor, F64x.Floor, F64x8.Floor, Math.Floor, x => x >> FixedPoint.Bits << FixedPoint.Bits, 0, 0),
    ];

    public static TheoryData<string> Names => [.. Table.Select(f => f.Name)];

    public static RealFunction Named(string name) => Table.Single(f => f.Name == name);

    public override string ToString() => Name;
}

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>The functions of a register, which has them from its interface and cannot be asked for them by its own name.</summary>
internal static class Of<T>
    where T : unmanaged, IReal<T>
{
    internal static T Pow(T a, T b) => T.Pow(a, b);

    internal static T Exp(T a) => T.Exp(a);

    internal static T Expm1(T a) => T.Expm1(a);

    internal static T Log(T a) => T.Log(a);

    internal static T Log1p(T a) => T.Log1p(a);

    internal static T Tanh(T a) => T.Tanh(a);

    internal static T Sigmoid(T a) => T.Sigmoid(a);

    internal static T Erf(T a) => T.Erf(a);

    internal static T NormalTail(T a) => T.NormalTail(a, out _);

    internal static T Sin(T a) => T.Sin(a);

    internal static T Cos(T a) => T.Cos(a);
}

namespace DeepSharp.Kernels;

/// <summary>Makes one operator of several, to run as one kernel.</summary>
public static class Chaining
{
    /// <summary>second(first(x)): <c>new Affine(2, 1).Then(default(Tanh)).Then(default(Square))</c>.</summary>
    /// <param name="first">The operator that sees the input.</param>
    /// <param name="second">The operator that sees the first one's output.</param>
    public static Then<TFirst, TSecond> Then<TFirst, TSecond>(this TFirst first, TSecond second)
        where TFirst : unmanaged, IUnaryOp
        where TSecond : unmanaged, IUnaryOp => new(first, second);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>An element-wise function y = f(a, b), written once for scalars, registers and GPU threads, and differentiable to any order.</summary>
/// <remarks>Implement it as a public <c>readonly struct</c>, nested in nothing that is not public, or GPUs cannot use it; parameters are its
/// fields. The derivatives follow from <see cref="Forward"/>, which is computed with dual numbers (<see cref="Dual{T}"/>); see
/// <see cref="IBinaryDerivatives{TSelf}"/> for some by hand.</remarks>
public interface IBinaryOp
{
    /// <summary>f(a, b).</summary>
    T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    /// <summary>The derivative of f by a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T SlopeOfA<TOp, T>(TOp op, T a, T b)
        where TOp : unmanaged, IBinaryOp
        where T : unmanaged, IReal<T> => op.Forward(new Dual<T>(a, 1f), new Dual<T>(b, default)).Slope;

    /// <summary>The derivative of f by b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T SlopeOfB<TOp, T>(TOp op, T a, T b)
        where TOp : unmanaged, IBinaryOp
        where T : unmanaged, IReal<T> => op.Forward(new Dual<T>(a, default), new Dual<T>(b, 1f)).Slope;
}

/// <summary>An element-wise function y = f(a, b) with first derivatives by hand; those of higher order follow from these.</summary>
/// <typeparam name="TSelf">The struct itself.</typeparam>
public interface IBinaryDerivatives<TSelf> : IBinaryOp
    where TSelf : unmanaged, IBinaryDerivatives<TSelf>
{
    /// <summary>The derivative of f by a.</summary>
    T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    /// <summary>The derivative of f by b.</summary>
    T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    // TOp is TSelf.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IBinaryOp.SlopeOfA<TOp, T>(TOp op, T a, T b) => Unsafe.As<TOp, TSelf>(ref op).DerivativeA(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IBinaryOp.SlopeOfB<TOp, T>(TOp op, T a, T b) => Unsafe.As<TOp, TSelf>(ref op).DerivativeB(a, b);
}

/// <summary>The derivative of a binary operator by a, an operator again.</summary>
/// <param name="op">The operator.</param>
internal readonly struct SlopeA<TOp>(TOp op) : IBinaryOp
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => TOp.SlopeOfA(_op, a, b);
}

/// <summary>The derivative of a binary operator by b, an operator again.</summary>
/// <param name="op">The operator.</param>
internal readonly struct SlopeB<TOp>(TOp op) : IBinaryOp
    where TOp : unmanaged, IBinaryOp
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => TOp.SlopeOfB(_op, a, b);
}

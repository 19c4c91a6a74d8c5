using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>An element-wise function y = f(x), written once for scalars, registers and GPU threads, and differentiable to any order.</summary>
/// <remarks>
/// <para>Implement it as a public <c>readonly struct</c>, nested in nothing that is not public, or GPUs cannot use it; parameters such as a
/// slope are its fields. In Float32 a GPU rounds those before it computes: what is made of several, such as 1 - beta, is a field, too.</para>
/// <para>The derivatives follow from <see cref="Forward"/>, which is computed with dual numbers: see <see cref="Dual{T}"/> for the slopes at
/// corners. Where a formula by hand is faster, keeps more digits, or is one of y, so that x need not be kept, implement
/// <see cref="IUnaryDerivative{TSelf}"/> instead.</para>
/// </remarks>
public interface IUnaryOp
{
    /// <summary>f(x).</summary>
    T Forward<T>(T x)
        where T : unmanaged, IReal<T>;

    /// <summary>What <see cref="SlopeOf"/> is a function of.</summary>
    internal static virtual Saved SavesForSlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <summary>f'(x) from what is saved. An instance method with a body would not compile for GPUs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static virtual T SlopeOf<TOp, T>(TOp op, T saved)
        where TOp : unmanaged, IUnaryOp
        where T : unmanaged, IReal<T> => op.Forward(new Dual<T>(saved, 1f)).Slope;
}

/// <summary>An element-wise function y = f(x) with a first derivative by hand; those of higher order follow from that one.</summary>
/// <typeparam name="TSelf">The struct itself: <c>struct Swish : IUnaryDerivative&lt;Swish&gt;</c>.</typeparam>
public interface IUnaryDerivative<TSelf> : IUnaryOp
    where TSelf : unmanaged, IUnaryDerivative<TSelf>
{
    /// <summary>What <see cref="Derivative"/> is a function of.</summary>
    static abstract Saved Saves { get; }

    /// <summary>f'(x), from the value that <see cref="Saves"/> names: x, or y = f(x); of neither, it is a constant.</summary>
    T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>;

    static Saved IUnaryOp.SavesForSlope
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSelf.Saves;
    }

    // TOp is TSelf.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T IUnaryOp.SlopeOf<TOp, T>(TOp op, T saved) => Unsafe.As<TOp, TSelf>(ref op).Derivative(saved);
}

/// <summary>What the backward pass of an operator needs from the forward pass.</summary>
public enum Saved : byte
{
    /// <summary>Nothing: the derivative is a constant.</summary>
    Nothing,

    /// <summary>The input x.</summary>
    Input,

    /// <summary>The output y.</summary>
    Output,
}

/// <summary>The derivative of a unary operator, an operator again: of x, or of y where the operator saves that.</summary>
/// <param name="op">The operator.</param>
internal readonly struct Slope<TOp>(TOp op) : IUnaryOp
    where TOp : unmanaged, IUnaryOp
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => TOp.SlopeOf(_op, x);
}

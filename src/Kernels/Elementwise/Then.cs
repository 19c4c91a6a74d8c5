using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Two unary operators as one, second(first(x)): one pass over memory instead of two. Chains nest.</summary>
/// <param name="first">The operator that sees the input.</param>
/// <param name="second">The operator that sees the first one's output.</param>
public readonly struct Then<TFirst, TSecond>(TFirst first, TSecond second) : IUnaryOp
    where TFirst : unmanaged, IUnaryOp
    where TSecond : unmanaged, IUnaryOp
{
    private readonly TFirst _first = first;
    private readonly TSecond _second = second;

    /// <inheritdoc/>
    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => _second.Forward(_first.Forward(x));

    /// <inheritdoc/>
    /// <remarks>The chain rule, with the inner values computed again from the input.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T inner = _first.Forward(saved);
        T outer = TSecond.Saves == Saved.Output ? _second.Forward(inner) : inner;
        return _second.Derivative(outer) * _first.Derivative(TFirst.Saves == Saved.Output ? inner : saved);
    }
}

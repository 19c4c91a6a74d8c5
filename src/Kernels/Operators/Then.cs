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
        get => SavesOutput ? Saved.Output : SavesNothing ? Saved.Nothing : Saved.Input;
    }

    // A constant slope before a function whose derivative is one of its output leaves that so.
    private static bool SavesOutput
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.Saves == Saved.Nothing && TSecond.Saves == Saved.Output;
    }

    private static bool SavesNothing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.Saves == Saved.Nothing && TSecond.Saves == Saved.Nothing;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => _second.Forward(_first.Forward(x));

    /// <inheritdoc/>
    /// <remarks>The chain rule, with the inner values computed again from the input where they are needed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        if (SavesOutput || SavesNothing)
        {
            return _second.Derivative(saved) * _first.Derivative(saved);
        }

        T inner = _first.Forward(saved);
        T outer = TSecond.Saves == Saved.Output ? _second.Forward(inner) : inner;
        return _second.Derivative(outer) * _first.Derivative(TFirst.Saves == Saved.Output ? inner : saved);
    }
}

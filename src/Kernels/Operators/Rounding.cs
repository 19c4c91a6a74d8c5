using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The largest integer not above x; y' = 0.</summary>
public readonly struct FloorOp : IUnaryDerivative<FloorOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Floor(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The smallest integer not below x; y' = 0.</summary>
public readonly struct CeilOp : IUnaryDerivative<CeilOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => -T.Floor(-x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The nearest integer, of two as near the even one; y' = 0.</summary>
public readonly struct RoundOp : IUnaryDerivative<RoundOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.Abs(x);
        T floor = T.Floor(a);
        T part = a - floor;
        T half = floor * 0.5f;
        T even = T.IfEqual(T.Floor(half), half, floor, floor + 1f);
        T rounded = T.IfGreater(part, 0.5f, floor + 1f, T.IfEqual(part, 0.5f, even, floor));

        // Zeros keep their sign, and what rounds to zero its own.
        return T.IfGreater(x, 0f, rounded, T.IfEqual(x, 0f, x * 0f, -rounded));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The sign: 1, 0 or -1; NaN passes through; y' = 0.</summary>
public readonly struct SignOp : IUnaryDerivative<SignOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(x, 0f, 1f, T.IfGreater(0f, x, -1f, x * 0f));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>Limits to an interval: y = min(max(x, minimum), maximum); y' = 1 inside it, borders included, else 0. NaN passes through.</summary>
/// <param name="minimum">The smallest value let through.</param>
/// <param name="maximum">The largest value let through.</param>
public readonly struct ClampOp(double minimum, double maximum) : IUnaryOp
{
    private readonly double _minimum = minimum;
    private readonly double _maximum = maximum;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.IfGreater(_minimum, x, _minimum, T.IfGreater(x, _maximum, _maximum, x));
}

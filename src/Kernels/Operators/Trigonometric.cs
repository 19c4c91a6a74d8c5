using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sine of an angle in radians.</summary>
public readonly struct SinOp : IUnaryDerivative<SinOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sin(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Cos(saved);
}

/// <summary>The cosine of an angle in radians.</summary>
public readonly struct CosOp : IUnaryDerivative<CosOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => -T.Sin(saved);
}

/// <summary>The tangent of an angle in radians; y' = 1 + y^2.</summary>
public readonly struct TanOp : IUnaryDerivative<TanOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sin(x) / T.Cos(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => (saved * saved) + 1f;
}

/// <summary>The angle in [-pi/2, pi/2] whose sine the input is; NaN outside [-1, 1]. y' = 1/sqrt(1 - x^2).</summary>
public readonly struct AsinOp : IUnaryDerivative<AsinOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 2f * T.Atan(x / (1f + T.Sqrt((1f - x) * (1f + x))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f / T.Sqrt((1f - saved) * (1f + saved));
}

/// <summary>The angle in [0, pi] whose cosine the input is; NaN outside [-1, 1]. y' = -1/sqrt(1 - x^2).</summary>
public readonly struct AcosOp : IUnaryDerivative<AcosOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        // Beside 1 and -1, where the angle has more digits than the input, by the sine of its half.
        T a = T.IfGreater(0f, x, -x, x);
        T sine = T.IfGreater(a, 0.5f, T.Sqrt((1f - a) * 0.5f), x);
        T cosine = T.Sqrt(T.IfGreater(a, 0.5f, (1f + a) * 0.5f, (1f - x) * (1f + x)));
        T angle = 2f * T.Atan(sine / (1f + cosine));
        return T.IfGreater(a, 0.5f, T.IfGreater(x, 0f, 2f * angle, Math.PI - (2f * angle)), (0.5 * Math.PI) - angle);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => -1f / T.Sqrt((1f - saved) * (1f + saved));
}

/// <summary>The angle in [-pi/2, pi/2] whose tangent the input is; y' = 1/(1 + x^2).</summary>
public readonly struct AtanOp : IUnaryDerivative<AtanOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Atan(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f / ((saved * saved) + 1f);
}

/// <summary>The angle in [-pi, pi] of the point with the height a, the first input, and the width b: of all quadrants, with IEEE 754's signs of zero.</summary>
public readonly struct Atan2Op : IBinaryDerivatives<Atan2Op>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T>
    {
        T height = T.IfGreater(0f, a, -a, a);
        T width = T.IfGreater(0f, b, -b, b);
        T large = T.IfGreater(height, width, height, width);
        T small = T.IfGreater(height, width, width, height);
        T angle = T.Atan(T.IfEqual(large, small, T.IfEqual(large, 0f, 0f, 1f), small / large));
        angle = T.IfGreater(height, width, (0.5 * Math.PI) - angle, angle);
        angle = Flipped(b, Math.PI - angle, angle);
        return Flipped(a, -angle, angle);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => b / ((a * a) + (b * b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => -a / ((a * a) + (b * b));

    // Of numbers below zero and of -0, whose reciprocal is below zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Flipped<T>(T x, T yes, T no)
        where T : unmanaged, IReal<T> => T.IfGreater(0f, x, yes, T.IfEqual(x, 0f, T.IfGreater(0f, 1f / x, yes, no), no));
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The hyperbolic sine (e^x - e^-x)/2, with all digits near 0.</summary>
public readonly struct SinhOp : IUnaryDerivative<SinhOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => Of(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => CoshOp.Of(saved);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Of<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, -x, x);
        T e = T.Expm1(T.IfGreater(a, 20f, 20f, a));

        // The root of e^a, squared by parts, since e^a overflows before its half does.
        T root = T.Exp(a * 0.5f);
        T y = T.IfGreater(a, 20f, 0.5f * root * root, 0.5f * (e + (e / (e + 1f))));
        return T.IfGreater(0f, x, -y, y);
    }
}

/// <summary>The hyperbolic cosine (e^x + e^-x)/2.</summary>
public readonly struct CoshOp : IUnaryDerivative<CoshOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => Of(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => SinhOp.Of(saved);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Of<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, -x, x);
        T root = T.Exp(a * 0.5f);
        T inverse = T.Exp(a * -0.5f);
        return (0.5f * root * root) + (0.5f * inverse * inverse);
    }
}

/// <summary>The inverse hyperbolic sine ln(x + sqrt(x^2 + 1)), with all digits near 0; y' = 1/sqrt(x^2 + 1).</summary>
public readonly struct AsinhOp : IUnaryDerivative<AsinhOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T a = T.IfGreater(0f, x, -x, x);
        T small = T.IfGreater(a, 1e8f, 1e8f, a);
        T square = small * small;
        T y = T.IfGreater(a, 1e8f, T.Log(a) + 0.69314718055994530942, T.Log1p(small + (square / (1f + T.Sqrt(square + 1f)))));
        return T.IfGreater(0f, x, -y, y);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f / T.Sqrt((saved * saved) + 1f);
}

/// <summary>The inverse hyperbolic cosine ln(x + sqrt(x^2 - 1)), with all digits near 1; NaN below 1. y' = 1/sqrt(x^2 - 1).</summary>
public readonly struct AcoshOp : IUnaryDerivative<AcoshOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T>
    {
        T above = T.IfGreater(x, 1e8f, 1e8f, x) - 1f;
        return T.IfGreater(x, 1e8f, T.Log(x) + 0.69314718055994530942, T.Log1p(above + (T.Sqrt(above) * T.Sqrt(above + 2f))));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f / (T.Sqrt(saved - 1f) * T.Sqrt(saved + 1f));
}

/// <summary>The inverse hyperbolic tangent ln((1 + x)/(1 - x))/2, with all digits near 0; infinite at 1 and -1, NaN beyond. y' = 1/(1 - x^2).</summary>
public readonly struct AtanhOp : IUnaryDerivative<AtanhOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 0.5f * (T.Log1p(x) - T.Log1p(-x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f / ((1f - saved) * (1f + saved));
}

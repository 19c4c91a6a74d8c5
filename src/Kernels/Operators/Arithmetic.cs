using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sum a + b.</summary>
public readonly struct AddOp : INumericMap, IBinaryOp
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);
}

/// <summary>A scaled sum: a + scale * b.</summary>
/// <param name="scale">The factor.</param>
public readonly struct AddScaledOp(double scale) : INumericMap
{
    private readonly double _scale = scale;

    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => a + (b * _scale);
}

/// <summary>The difference a - b.</summary>
public readonly struct SubtractOp : INumericMap, IBinaryOp
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => a - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);
}

/// <summary>The product a b.</summary>
public readonly struct MultiplyOp : INumericMap, IBinaryDerivatives<MultiplyOp>
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => a * b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => a;
}

/// <summary>The product of a weight a and b: 0 where the weight is, even of infinity.</summary>
public readonly struct WeightOp : IBinaryDerivatives<WeightOp>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => T.Scaled(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => a;
}

/// <summary>The product and sum a b + c.</summary>
public readonly struct MultiplyAddOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity => 3;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => (a * b) + c;
}

/// <summary>The quotient a / b.</summary>
public readonly struct DivideOp : IMap, IBinaryOp
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T> => a / b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);
}

/// <summary>The power a^b.</summary>
public readonly struct PowOp : INumericMap, IBinaryOp
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);
}

/// <summary>The larger of two; NaN if either is, with the derivative of both. Equal ones share the derivative.</summary>
public readonly struct MaximumOp : INumericMap, IBinaryOp
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);
}

/// <summary>The smaller of two; NaN if either is, with the derivative of both. Equal ones share the derivative.</summary>
public readonly struct MinimumOp : INumericMap, IBinaryOp
{
    /// <inheritdoc/>
    public static int Arity => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => Apply(a, b, a);
}

/// <summary>The identity: y = x, y' = 1. The activation of a product that has none.</summary>
public readonly struct IdentityOp : IUnaryDerivative<IdentityOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 1f;
}

/// <summary>The power of zero: y = 1 for every x, infinite ones and NaN included, as IEEE 754 has it; y' = 0.</summary>
public readonly struct OneOp : IUnaryDerivative<OneOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 1f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0f;
}

/// <summary>The negative: y = -x, y' = -1.</summary>
public readonly struct NegOp : IUnaryDerivative<NegOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => -x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => -1f;
}

/// <summary>A scaled and shifted value: y = scale x + shift.</summary>
/// <param name="scale">The factor.</param>
/// <param name="shift">The term added.</param>
public readonly struct AffineOp(double scale, double shift) : IUnaryDerivative<AffineOp>
{
    private readonly double _scale = scale;
    private readonly double _shift = shift;

    /// <inheritdoc/>
    public static Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => (x * _scale) + _shift;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => _scale;
}

/// <summary>The absolute value: y = |x|, y' = sign(x), taken as 0 at 0.</summary>
public readonly struct AbsOp : IUnaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Abs(x);
}

/// <summary>The square: y = x^2.</summary>
public readonly struct SquareOp : IUnaryDerivative<SquareOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => x * x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => saved + saved;
}

/// <summary>The square root: y = sqrt(x), y' = 1/(2y).</summary>
public readonly struct SqrtOp : IUnaryDerivative<SqrtOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 0.5f / saved;
}

/// <summary>The square root of a sum of squares: y = sqrt(x), y' = 1/(2y), and 0 at 0.</summary>
/// <remarks>Where the sum is 0, so is each term with its own slope, and the infinite slope of the root times theirs would be NaN. 0 is a
/// subgradient there: that of a norm at the zero vector, which has a corner.</remarks>
public readonly struct RootOfSquaresOp : IUnaryDerivative<RootOfSquaresOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.IfEqual(saved, 0f, 0f, 0.5f / saved);
}

/// <summary>The reciprocal square root: y = 1/sqrt(x), y' = -y^3/2.</summary>
public readonly struct RsqrtOp : IUnaryDerivative<RsqrtOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 1f / T.Sqrt(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => -0.5f * (saved * saved * saved);
}

/// <summary>The reciprocal: y = 1/x, y' = -y^2.</summary>
public readonly struct ReciprocalOp : IUnaryDerivative<ReciprocalOp>
{
    /// <inheritdoc/>
    public static Saved Saves => Saved.Output;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 1f / x;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => -(saved * saved);
}

/// <summary>A constant power: y = x^p, y' = p x^(p-1).</summary>
/// <param name="exponent">The exponent p.</param>
public readonly struct PowerOp(double exponent) : IUnaryDerivative<PowerOp>
{
    private readonly double _exponent = exponent;
    private readonly double _oneLess = exponent - 1;

    /// <inheritdoc/>
    public static Saved Saves => Saved.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => T.Pow(x, _exponent);

    /// <inheritdoc/>
    /// <remarks>By hand, since a constant exponent needs no logarithm.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => T.Scaled(_exponent, T.Pow(saved, _oneLess));
}

using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>1 / (1 + c x^2): an operator as users write them. A GPU needs it to be public.</summary>
public readonly struct Bump(double width) : IUnaryOp
{
    private readonly double _width = width;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 1 / (1 + (_width * x * x));
}

/// <summary>x^3 times a constant, with a derivative by hand.</summary>
public readonly struct Cubed(double scale) : IUnaryDerivative<Cubed>
{
    private readonly double _scale = scale;

    public static Saved Saves => Saved.Input;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => _scale * x * x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T> => 3 * _scale * saved * saved;
}

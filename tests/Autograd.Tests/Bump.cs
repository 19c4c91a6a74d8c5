using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Tests;

/// <summary>1 / (1 + c x^2): an operator as users write them. A GPU needs it to be public.</summary>
public readonly struct Bump(double width) : IUnaryOp
{
    private readonly double _width = width;

    public static Saved Saves
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Saved.Input;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T x)
        where T : unmanaged, IReal<T> => 1 / (1 + (_width * x * x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Derivative<T>(T saved)
        where T : unmanaged, IReal<T>
    {
        T divisor = 1 + (_width * saved * saved);
        return -2 * _width * saved / (divisor * divisor);
    }
}

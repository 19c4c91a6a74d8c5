using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>coefficient ‖w‖ / (‖u‖ + decay ‖w‖ + epsilon) from squared norms; 1 where one of them is 0, and 0 where one is too large to be
/// squared: that step is left out, instead of being infinite or NaN.</summary>
internal readonly struct TrustRatio(double coefficient, double decay, double epsilon) : IMap
{
    private readonly double _coefficient = coefficient;
    private readonly double _decay = decay;
    private readonly double _epsilon = epsilon;

    public static int Arity => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T>
    {
        T one = 1;
        T weight = T.Sqrt(a);
        T direction = T.Sqrt(b);
        T ratio = _coefficient * weight / (direction + (_decay * weight) + _epsilon);
        T other = T.IfEqual(a, 0, one, T.IfEqual(b, 0, one, ratio));
        return T.IfEqual(a + b, double.PositiveInfinity, 0, other);
    }
}

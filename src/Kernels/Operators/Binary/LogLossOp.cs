using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The binary cross-entropy -(t ln p + (1 - t) ln(1 - p)) of a probability p, the first input, and a target t, with logarithms of -100 and
/// above.
/// </summary>
/// <remarks>The derivative by p is (p - t) / max(p (1 - p), 1e-12): both limits are those of PyTorch, the second one rounded to Float32.</remarks>
public readonly struct LogLossOp : IBinaryOp
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Forward<T>(T a, T b)
        where T : unmanaged, IReal<T> => ((b - 1) * Limited(1 - a)) - (b * Limited(a));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeA<T>(T a, T b)
        where T : unmanaged, IReal<T> => (a - b) / T.Max(a * (1 - a), 1e-12f);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T DerivativeB<T>(T a, T b)
        where T : unmanaged, IReal<T> => Limited(1 - a) - Limited(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Limited<T>(T p)
        where T : unmanaged, IReal<T> => T.Max(T.Log(p), -100);
}

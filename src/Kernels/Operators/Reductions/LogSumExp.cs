using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The second of the two passes of a log-sum-exp: max + log(sum of exp(x - max)), with the maximum as anchor.
/// </summary>
public readonly struct LogSumExp : IReduction
{
    /// <inheritdoc/>
    public static bool HasAnchor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    public static bool AllowsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, IReal<T> => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T> => T.Exp(x - Shift(anchor));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => T.Log(total) + Shift(anchor);

    // Infinity less infinity is not a number: an infinite maximum does not shift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Shift<T>(T anchor)
        where T : unmanaged, IReal<T> => T.IfEqual(T.Abs(anchor), double.PositiveInfinity, 0, anchor);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The second of the two passes of a variance: the sum of (x - mean)^2 over count - correction, with the mean as anchor.
/// </summary>
/// <remarks>
/// Two passes keep all digits whatever the mean (T. Chan, G. Golub, R. LeVeque, "Algorithms for computing the sample
/// variance", 1983). NaN where there are not more elements than the correction.
/// </remarks>
/// <param name="correction">0 for the variance of the elements, 1 for the unbiased estimate from a sample.</param>
public readonly struct SquaredDeviations(double correction) : IReduction
{
    private readonly double _correction = correction;

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
        where T : unmanaged, IReal<T>
    {
        T deviation = x - anchor;
        return deviation * deviation;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T> => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T> => total / T.Max(count - _correction, 0);
}

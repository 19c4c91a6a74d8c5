using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The sum; 0 of no elements.</summary>
public readonly struct Sum : INumericReduction
{
    /// <inheritdoc/>
    public static bool AllowsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => true;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Identity<T>()
        where T : unmanaged, INumeric<T> => 0;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T> => a + b;
}

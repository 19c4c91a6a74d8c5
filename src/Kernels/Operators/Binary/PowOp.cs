using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The power a^b.</summary>
public readonly struct PowOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.Pow(a, b);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The comparison a == b: 1 where it holds, else 0.</summary>
public readonly struct EqualOp : INumericMap
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
        where T : unmanaged, INumeric<T> => T.IfEqual(a, b, 1, 0);
}

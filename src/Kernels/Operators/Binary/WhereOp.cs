using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The choice: b where a is not zero, else c.</summary>
public readonly struct WhereOp : INumericMap
{
    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 3;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => T.IfEqual(a, 0, c, b);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The product and sum a b + c.</summary>
public readonly struct MultiplyAddOp : INumericMap
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
        where T : unmanaged, INumeric<T> => (a * b) + c;
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A scaled sum: a + scale * b.</summary>
/// <param name="scale">The factor.</param>
public readonly struct AddScaledOp(double scale) : INumericMap
{
    private readonly double _scale = scale;

    /// <inheritdoc/>
    public static int Arity
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T> => a + (b * _scale);
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A truth value in a byte: 0 or 1.</summary>
internal readonly struct TruthValue(byte value) : IScalar<TruthValue>
{
    private readonly byte _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(TruthValue value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TruthValue FromDouble(double value) => new(value != 0 ? (byte)1 : (byte)0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(TruthValue value) => value._value != 0;
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The upper half of a 32-bit float (bfloat16): stored and converted; arithmetic is done in <see cref="F32"/>.</summary>
/// <remarks>Conversions are integer arithmetic on the bits. The upper bits of a NaN survive; it comes out quiet when it is rounded.</remarks>
public readonly struct BF16 : IScalar<BF16>, IStored<BF16, F32>
{
    private const uint FloatInfinity = 0x7F80_0000;

#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The representation: sign, eight bits of exponent, seven of the fraction.</summary>
    public readonly ushort Bits;
#pragma warning restore CA1051

    /// <summary>Wraps a representation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BF16(ushort bits) => Bits = bits;

    /// <summary>The number as a float: exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator float(BF16 value) => Load(value).Value;

    /// <summary>The nearest number to a float, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static explicit operator BF16(float value) => Store(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(BF16 value) => Load(value).Value;

    /// <inheritdoc/>
    /// <remarks>Rounded once: to the nearest, ties to even.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BF16 FromDouble(double value) => Store(RoundToOdd.Single(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(BF16 value) => (value.Bits & 0x7FFF) != 0;

    /// <summary>The number as a float: exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Load(BF16 stored) => new(FloatBits.ToNumber((uint)stored.Bits << 16));

    /// <summary>The nearest number to a float, ties to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BF16 Store(F32 value)
    {
        uint bits = FloatBits.Of(value.Value);
        uint rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
        return new((ushort)((bits & 0x7FFF_FFFF) > FloatInfinity ? (bits >> 16) | 0x40 : rounded));
    }

    /// <summary><see cref="Load(BF16)"/> for a register; the numbers' bits stand in the lower halves of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(Vector<uint> bits) => Vector.AsVectorSingle(bits << 16);

    /// <summary><see cref="Store(F32)"/> for a register; the bits come in the lower halves of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<uint> Store(Vector<float> value)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(value);
        Vector<uint> upper = bits >> 16;
        Vector<uint> rounded = (bits + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One)) >> 16;
        Vector<uint> isNaN = Vector.GreaterThan(bits & new Vector<uint>(0x7FFF_FFFF), new Vector<uint>(FloatInfinity));
        return Vector.ConditionalSelect(isNaN, upper | new Vector<uint>(0x40), rounded);
    }
}

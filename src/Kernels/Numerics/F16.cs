using System.Numerics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>A 16-bit floating-point number of IEEE 754 (binary16): stored and converted; arithmetic is done in <see cref="F32"/>.</summary>
/// <remarks>
/// Conversions are integer arithmetic on the bits, the same for scalars, registers and GPUs: subnormals, infinities and the upper
/// bits of a NaN survive; a NaN comes out quiet.
/// </remarks>
public readonly struct F16 : IScalar<F16>, IStored<F16, F32>
{
    // The exponent field of an infinity, and the difference of the biases, both where a float has them.
    private const uint Infinity = 0x0F80_0000;
    private const uint Bias = 0x3800_0000;
    private const uint QuietBit = 0x0040_0000;

    // The smallest normal number, 2^-14, and 1/2: a float of its size has the last place of a subnormal, 2^-24, in its own.
    private const uint SmallestNormal = 0x3880_0000;
    private const uint OneHalf = 0x3F00_0000;

    // 2^16, the first power of two that is too large.
    private const uint Beyond = 0x4780_0000;
    private const uint FloatInfinity = 0x7F80_0000;

#pragma warning disable CA1051 // A kernel's element is this one field and nothing else.
    /// <summary>The representation: sign, five bits of exponent, ten of the fraction.</summary>
    public readonly ushort Bits;
#pragma warning restore CA1051

    /// <summary>Wraps a representation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F16(ushort bits) => Bits = bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(F16 value) => Load(value).Value;

    /// <inheritdoc/>
    /// <remarks>Rounded once: to the nearest, ties to even.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F16 FromDouble(double value) => Store(RoundToOdd.Single(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(F16 value) => (value.Bits & 0x7FFF) != 0;

    /// <summary>The number as a float: exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32 Load(F16 stored)
    {
        uint bits = stored.Bits;
        uint shifted = (bits & 0x7FFF) << 13;
        uint normal = shifted + Bias;
        float subnormal = FloatBits.ToNumber(shifted + SmallestNormal) - FloatBits.ToNumber(SmallestNormal);
        uint special = (shifted + (2 * Bias)) | (shifted > Infinity ? QuietBit : 0);
        uint magnitude = shifted < 0x0080_0000 ? FloatBits.Of(subnormal) : shifted >= Infinity ? special : normal;
        return new(FloatBits.ToNumber(magnitude | ((bits & 0x8000) << 16)));
    }

    /// <summary>The nearest number to a float, ties to even; infinite from 65520 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F16 Store(F32 value)
    {
        uint bits = FloatBits.Of(value.Value);
        uint magnitude = bits & 0x7FFF_FFFF;

        // Adding 1/2 leaves the rounded multiple of 2^-24 in the lowest bits.
        uint subnormal = FloatBits.Of(FloatBits.ToNumber(magnitude) + FloatBits.ToNumber(OneHalf)) - OneHalf;
        uint normal = (magnitude - Bias + 0xFFF + ((magnitude >> 13) & 1)) >> 13;
        uint special = magnitude > FloatInfinity ? ((magnitude >> 13) & 0x3FF) | 0x7E00 : 0x7C00;
        uint half = magnitude >= Beyond ? special : magnitude < SmallestNormal ? subnormal : normal;
        return new((ushort)(half | ((bits >> 16) & 0x8000)));
    }

    /// <summary><see cref="Load(F16)"/> for a register; the numbers' bits stand in the lower halves of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(Vector<uint> bits)
    {
        Vector<uint> shifted = (bits & new Vector<uint>(0x7FFF)) << 13;
        Vector<uint> normal = shifted + new Vector<uint>(Bias);
        Vector<float> subnormal =
            Vector.AsVectorSingle(shifted + new Vector<uint>(SmallestNormal)) - Vector.AsVectorSingle(new Vector<uint>(SmallestNormal));
        Vector<uint> quiet = Vector.GreaterThan(shifted, new Vector<uint>(Infinity)) & new Vector<uint>(QuietBit);
        Vector<uint> special = (normal + new Vector<uint>(Bias)) | quiet;
        Vector<uint> magnitude = Vector.ConditionalSelect(
            Vector.LessThan(shifted, new Vector<uint>(0x0080_0000)),
            Vector.AsVectorUInt32(subnormal),
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(shifted, new Vector<uint>(Infinity)), special, normal));
        return Vector.AsVectorSingle(magnitude | ((bits & new Vector<uint>(0x8000)) << 16));
    }

    /// <summary><see cref="Store(F32)"/> for a register; the bits come in the lower halves of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<uint> Store(Vector<float> value)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(value);
        Vector<uint> magnitude = bits & new Vector<uint>(0x7FFF_FFFF);
        Vector<uint> half = new(OneHalf);
        Vector<uint> subnormal = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) + Vector.AsVectorSingle(half)) - half;
        Vector<uint> normal = (magnitude - new Vector<uint>(Bias - 0xFFF) + ((magnitude >> 13) & Vector<uint>.One)) >> 13;
        Vector<uint> special = Vector.ConditionalSelect(
            Vector.GreaterThan(magnitude, new Vector<uint>(FloatInfinity)),
            ((magnitude >> 13) & new Vector<uint>(0x3FF)) | new Vector<uint>(0x7E00),
            new Vector<uint>(0x7C00));
        Vector<uint> result = Vector.ConditionalSelect(
            Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(Beyond)),
            special,
            Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(SmallestNormal)), subnormal, normal));
        return result | ((bits >> 16) & new Vector<uint>(0x8000));
    }
}

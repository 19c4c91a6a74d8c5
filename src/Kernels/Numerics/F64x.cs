using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of 64-bit floating-point numbers, for loops on the host.</summary>
internal readonly struct F64x(Vector<double> value) : IDoubles<F64x>
{
    internal readonly Vector<double> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator +(F64x a, F64x b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator -(F64x a, F64x b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator *(F64x a, F64x b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator /(F64x a, F64x b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x operator -(F64x a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x(double value) => new(new Vector<double>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x(float value) => new(new Vector<double>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F64x(int value) => new(new Vector<double>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Max(F64x a, F64x b) => new(Vector.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Min(F64x a, F64x b) => new(Vector.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Abs(F64x a) => new(Vector.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x IfGreater(F64x a, F64x b, F64x yes, F64x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x IfGreaterOrEqual(F64x a, F64x b, F64x yes, F64x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x IfEqual(F64x a, F64x b, F64x yes, F64x no) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x MultiplyAdd(F64x a, F64x b, F64x c) => new(Vector.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Sqrt(F64x a) => new(Vector.SquareRoot(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F64x Floor(F64x a) => new(Vector.Floor(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IDoubles<F64x>.AllAtMost(F64x a, F64x b) => Vector.LessThanOrEqualAll(a.Value, b.Value);

    // At once, since the JIT inlines so many calls and no more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IReal<F64x>.Scaled(F64x slope, F64x value) =>
        new(Vector.ConditionalSelect(Vector.Equals(slope.Value, Vector<double>.Zero), Vector<double>.Zero, slope.Value * value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.PowerOfTwo(F64x n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.Scale(F64x a, F64x n)
    {
        if (Avx512F.VL.IsSupported && Vector<double>.Count == Vector256<double>.Count)
        {
            return new(Avx512F.VL.Scale(a.Value.AsVector256(), n.Value.AsVector256()).AsVector());
        }

        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F64x half = (n * 0.5f) + 6755399441055744.0 - 6755399441055744.0;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.ExponentOf(F64x a)
    {
        // Not every processor converts 64-bit integers: the exponent, biased to be positive, becomes the low bits of 2^52 + e.
        Vector<long> biased = (Vector.AsVectorInt64(a.Value) - new Vector<long>(0x3FE6A09E667F3BCD - (1023L << 52))) >>> 52;
        return new(Vector.AsVectorDouble(biased | new Vector<long>(0x4330000000000000)) - new Vector<double>(4503599627371519.0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.FractionOf(F64x a)
    {
        Vector<long> bits = Vector.AsVectorInt64(a.Value);
        Vector<long> exponent = (bits - new Vector<long>(0x3FE6A09E667F3BCD)) & new Vector<long>(unchecked((long)0xFFF0000000000000));
        return new(Vector.AsVectorDouble(bits - exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.Leading(F64x a) =>
        new(Vector.AsVectorDouble(Vector.AsVectorInt64(a.Value) & new Vector<long>(unchecked((long)0xFFFFFFFFF8000000))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.CopySign(F64x magnitude, F64x sign) => new(Vector.CopySign(magnitude.Value, sign.Value));

    // The native minimum and maximum give their second operand when one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.AtMost(F64x a, F64x limit) => new(Vector.MinNative(limit.Value, a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F64x IRealBits<F64x>.AtLeast(F64x a, F64x limit) => new(Vector.MaxNative(limit.Value, a.Value));

    // Adding 1.5 * 2^52 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F64x PowerOfTwo(F64x n) =>
        new(Vector.AsVectorDouble(Vector.AsVectorInt64(n.Value + new Vector<double>(6755399441056767.0)) << 52));
}

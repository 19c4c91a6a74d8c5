using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSharp.Kernels;

/// <summary>A SIMD register of 32-bit floating-point numbers, for loops on the host.</summary>
internal readonly struct F32x(Vector<float> value) : ISingles<F32x>
{
    internal readonly Vector<float> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator +(F32x a, F32x b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator -(F32x a, F32x b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator *(F32x a, F32x b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator /(F32x a, F32x b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x operator -(F32x a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x(double value) => new(new Vector<float>(Broadcast.Rounded(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x(float value) => new(new Vector<float>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator F32x(int value) => new(new Vector<float>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Max(F32x a, F32x b) => new(Vector.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Min(F32x a, F32x b) => new(Vector.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Abs(F32x a) => new(Vector.Abs(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x IfGreater(F32x a, F32x b, F32x yes, F32x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThan(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x IfGreaterOrEqual(F32x a, F32x b, F32x yes, F32x no) =>
        new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x IfEqual(F32x a, F32x b, F32x yes, F32x no) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), yes.Value, no.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x MultiplyAdd(F32x a, F32x b, F32x c) => new(Vector.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Sqrt(F32x a) => new(Vector.SquareRoot(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static F32x Floor(F32x a) => new(Vector.Floor(a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool ISingles<F32x>.AllAtMost(F32x a, F32x b) => Vector.LessThanOrEqualAll(a.Value, b.Value);

    // At once, since the JIT inlines so many calls and no more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IReal<F32x>.Scaled(F32x slope, F32x value) =>
        new(Vector.ConditionalSelect(Vector.Equals(slope.Value, Vector<float>.Zero), Vector<float>.Zero, slope.Value * value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.PowerOfTwo(F32x n) => PowerOfTwo(n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.Scale(F32x a, F32x n)
    {
        if (Avx512F.VL.IsSupported && Vector<float>.Count == Vector256<float>.Count)
        {
            return new(Avx512F.VL.Scale(a.Value.AsVector256(), n.Value.AsVector256()).AsVector());
        }

        // In two steps, the first exact, so that the range of exponents suffices and a denormal is rounded once.
        F32x half = (n * 0.5f) + 12582912f - 12582912f;
        return a * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.ExponentOf(F32x a)
    {
        Vector<int> fromRoot = Vector.AsVectorInt32(a.Value) - new Vector<int>(0x3F3504F3);
        return new(Vector.ConvertToSingle(fromRoot >> 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.FractionOf(F32x a)
    {
        Vector<int> bits = Vector.AsVectorInt32(a.Value);
        Vector<int> exponent = (bits - new Vector<int>(0x3F3504F3)) & new Vector<int>(unchecked((int)0xFF800000));
        return new(Vector.AsVectorSingle(bits - exponent));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.Leading(F32x a) =>
        new(Vector.AsVectorSingle(Vector.AsVectorInt32(a.Value) & new Vector<int>(unchecked((int)0xFFFFF000))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.CopySign(F32x magnitude, F32x sign) => new(Vector.CopySign(magnitude.Value, sign.Value));

    // The native minimum and maximum give their second operand when one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.AtMost(F32x a, F32x limit) => new(Vector.MinNative(limit.Value, a.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static F32x IRealBits<F32x>.AtLeast(F32x a, F32x limit) => new(Vector.MaxNative(limit.Value, a.Value));

    // Adding 1.5 * 2^23 and the exponent's bias leaves the biased exponent in the lowest bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static F32x PowerOfTwo(F32x n) =>
        new(Vector.AsVectorSingle(Vector.AsVectorInt32(n.Value + new Vector<float>(12583039f)) << 23));
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Splits an angle x into q quarter turns and a rest r, x = q pi/2 + r with |r| up to pi/4.</summary>
/// <remarks>The rest carries a relative error of one bit, also next to multiples of pi/2.</remarks>
internal static class AngleReduction
{
    /// <summary>The largest angle that <see cref="FusedSingle{T}"/> reduces.</summary>
    public const float LimitSingle = 10_000f;

    /// <summary>The largest angle that <see cref="FusedDouble{T}"/> and <see cref="Unfused(F64)"/> reduce.</summary>
    public const double LimitDouble = 1_000_000.0;

    /// <summary>Up to this angle <see cref="Unfused(F32)"/> takes no more than 128 quarter turns.</summary>
    private const float SmallSingle = 200f;

    // Adding and subtracting these rounds to the nearest integer.
    private const float SingleRounder = 12582912f;
    private const double DoubleRounder = 6755399441055744.0;

    // pi/2 2^-62 in 12 bits and the rest.
    private const float HalfPiHigh = 3.4050724479622874e-19f;
    private const float HalfPiLow = 1.04913212e-22f;

    private const float TwoOverPiSingle = 0.636619772f;
    private const double TwoOverPi = 0.63661977236758134308;

    /// <summary>Reduces a vector of single precision with fused multiply-add; for |x| up to 10,000.</summary>
    /// <remarks>pi/2 is taken in three pieces of 24 bits (W. J. Cody and W. Waite, 1980). The first difference is exact, as
    /// both its operands are multiples of the last bit of x or of the first piece, and it is less than one.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Reduced<T> FusedSingle<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T q = (x * TwoOverPiSingle) + SingleRounder - SingleRounder;
        T r = T.MultiplyAdd(q, -1.570796251296997f, x);
        r = T.MultiplyAdd(q, -7.549789415861596e-8f, r);
        return new(q, T.MultiplyAdd(q, -5.390302858158119e-15f, r));
    }

    /// <summary>Reduces a vector of double precision with fused multiply-add; for |x| up to 10^6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Reduced<T> FusedDouble<T>(T x)
        where T : unmanaged, IRealBits<T>, IReal<T>
    {
        T q = (x * TwoOverPi) + DoubleRounder - DoubleRounder;
        T r = T.MultiplyAdd(q, -1.5707963267948966, x);
        r = T.MultiplyAdd(q, -6.123233995736766e-17, r);
        return new(q, T.MultiplyAdd(q, 1.4973849048591698e-33, r));
    }

    /// <summary>Reduces a scalar of any size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Reduced<F32> Reduce(F32 x) => F32.Abs(x).Value <= SmallSingle ? Unfused(x) : Exact(x);

    /// <summary>Reduces a scalar without fused multiply-add; for |x| up to 10^6.</summary>
    /// <remarks>Pieces of 33 bits times a quadrant number of 20 bits are exact; the rounding errors of the differences are
    /// collected and added at the end.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Reduced<F64> Unfused(F64 x)
    {
        F64 q = (x * TwoOverPi) + DoubleRounder - DoubleRounder;
        F64 r = x - (q * 1.5707963267341256);
        F64 piece = q * 6.077100506303966e-11;
        F64 next = r - piece;
        F64 error = r - next - piece;
        r = next;
        piece = q * 2.0222662487111665e-21;
        next = r - piece;
        error += r - next - piece;
        r = next;
        piece = q * 8.4784276603689e-32;
        next = r - piece;
        error += r - next - piece;
        return new(q, next + error);
    }

    /// <summary>Reduces a scalar without fused multiply-add, with pieces of 16 bits and a quadrant number of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Reduced<F32> Unfused(F32 x)
    {
        F32 q = (x * TwoOverPiSingle) + SingleRounder - SingleRounder;
        F32 r = x - (q * 1.570770263671875f);
        F32 piece = q * 2.6063062250614166e-5f;
        F32 next = r - piece;
        F32 error = r - next - piece;
        r = next;
        piece = q * 6.077094383272197e-11f;
        next = r - piece;
        error += r - next - piece;
        r = next;
        piece = q * 6.123233995736766e-17f;
        next = r - piece;
        error += r - next - piece;
        return new(q, next + error);
    }

    /// <summary>Reduces any finite scalar by integer arithmetic.</summary>
    /// <remarks>x = m 2^e with a 24-bit integer m: the bits of 2/pi that m moves above four quarter turns are left out, 96 of
    /// those that follow give the rest to 62 bits (M. Payne and R. Hanek, Radian reduction for trigonometric functions,
    /// SIGNUM 18, 1983).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Reduced<F32> Exact(F32 x)
    {
        uint bits = FloatBits.Of(x.Value);
        int exponent = (int)((bits >> 23) & 0xFF);
        ulong significand = (bits & 0x7FFFFF) | 0x800000;

        // x 2/pi = m (2/pi 2^(exponent - 150)); as x is above 128, exponent is at least 134. With skip = exponent - 152 the
        // first of the 96 bits is worth 2^1 times the last bit of m.
        int skip = exponent - 152;
        int word = skip >> 5;
        int shift = skip & 31;
        ulong w0 = TwoOverPiWord(word);
        ulong w1 = TwoOverPiWord(word + 1);
        ulong w2 = TwoOverPiWord(word + 2);
        ulong w3 = TwoOverPiWord(word + 3);
        ulong high = (((w0 << 32) | w1) << shift) >> 32;
        ulong middle = (((w1 << 32) | w2) << shift) >> 32;
        ulong low = (((w2 << 32) | w3) << shift) >> 32;

        // Quarter turns as a fixed-point number with 62 bits after the point.
        ulong turns = ((significand * high) << 32) + (significand * middle) + ((significand * low) >> 32);
        ulong quadrant = (turns + (1UL << 61)) >> 62;
        long rest = (long)(turns - (quadrant << 62));

        // Times pi/2 2^-62, of which the product of the leading 12 bits is exact.
        float leading = FloatBits.ToNumber(FloatBits.Of((float)rest) & 0xFFFFF000);
        float tail = rest - (long)leading;
        float r = (leading * HalfPiHigh) + ((leading * HalfPiLow) + (tail * (HalfPiHigh + HalfPiLow)));
        float q = quadrant;
        bool negative = (bits >> 31) != 0;
        r = exponent == 255 ? float.NaN : r;
        return new(new F32(negative ? -q : q), new F32(negative ? -r : r));
    }

    /// <summary>The 32 bits of 2/pi after the first 32 * index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint TwoOverPiWord(int index)
    {
        uint word = index < 0 ? 0u : 0xA2F9836Eu;
        word = index == 1 ? 0x4E441529u : word;
        word = index == 2 ? 0xFC2757D1u : word;
        word = index == 3 ? 0xF534DDC0u : word;
        word = index == 4 ? 0xDB629599u : word;
        word = index == 5 ? 0x3C439041u : word;
        return index == 6 ? 0xFE5163ABu : word;
    }
}

using System.Numerics;

namespace DeepSharp.Kernels.Tests.Numerics;

/// <summary>Elementary functions in fixed-point arithmetic with 1300 bits after the point: the oracle for double precision.</summary>
/// <remarks>Plain series; the bits beyond those of the smallest double absorb the rounding errors.</remarks>
internal static class FixedPoint
{
    public const int Bits = 1300;

    public static readonly BigInteger One = BigInteger.One << Bits;
    private static readonly BigInteger Ln2 = 2 * Atanh(One / 3);
    private static readonly BigInteger Pi = 4 * ((4 * Atan(One / 5)) - Atan(One / 239));

    /// <summary>The exact value of a finite double.</summary>
    public static BigInteger Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger significand = (bits & 0xFFFFFFFFFFFFF) | (exponent == 0 ? 0 : 1L << 52);
        BigInteger magnitude = significand << (Math.Max(exponent, 1) - 1075 + Bits);
        return bits < 0 ? -magnitude : magnitude;
    }

    public static BigInteger Exp(BigInteger x)
    {
        int n = (int)BigInteger.Divide(x, Ln2);
        BigInteger r = (x - (n * Ln2)) >> 16;
        BigInteger sum = One;
        BigInteger term = One;
        for (int k = 1; !term.IsZero; k++)
        {
            term = (term * r >> Bits) / k;
            sum += term;
        }

        for (int k = 0; k < 16; k++)
        {
            sum = sum * sum >> Bits;
        }

        return n >= 0 ? sum << n : sum >> -n;
    }

    public static BigInteger Expm1(BigInteger x) => Exp(x) - One;

    public static BigInteger Log(BigInteger x)
    {
        int n = (int)x.GetBitLength() - Bits;
        BigInteger m = n >= 0 ? x >> n : x << -n;
        return (2 * Atanh(((m - One) << Bits) / (m + One))) + (n * Ln2);
    }

    public static BigInteger Log1p(BigInteger x) => Log(One + x);

    public static BigInteger Tanh(BigInteger x)
    {
        BigInteger e = Exp(2 * x);
        return ((e - One) << Bits) / (e + One);
    }

    public static BigInteger Sigmoid(BigInteger x) => (One << Bits) / (One + Exp(-x));

    /// <summary>2/sqrt(pi) times the sum of (-1)^n x^(2n+1) / (n! (2n+1)).</summary>
    public static BigInteger Erf(BigInteger x)
    {
        BigInteger square = x * x >> Bits;
        BigInteger term = x;
        BigInteger sum = x;
        for (int n = 1; !term.IsZero; n++)
        {
            term = -(term * square >> Bits) / n;
            sum += term / ((2 * n) + 1);
        }

        return (2 * sum << Bits) / Sqrt(Pi);
    }

    /// <summary>(1 - erf(|x| / sqrt 2)) / 2.</summary>
    public static BigInteger NormalTail(BigInteger x) => (One - Erf((BigInteger.Abs(x) << Bits) / Sqrt(2 * One))) / 2;

    public static BigInteger Sin(BigInteger x)
    {
        BigInteger turns = BigInteger.Divide(x, Pi / 2);
        BigInteger r = x - (turns * (Pi / 2));
        BigInteger sum = r;
        BigInteger term = r;
        BigInteger square = r * r >> Bits;
        bool cosine = !turns.IsEven;
        if (cosine)
        {
            sum = One;
            term = One;
        }

        for (int k = cosine ? 1 : 2; !term.IsZero && term != -1; k += 2)
        {
            term = -(term * square >> Bits) / (k * (k + 1));
            sum += term;
        }

        int quarter = (int)(((turns % 4) + 4) % 4);
        return quarter >= 2 ? -sum : sum;
    }

    public static BigInteger Cos(BigInteger x) => Sin(x + (Pi / 2));

    public static BigInteger Pow(BigInteger x, BigInteger y) => Exp(Log(x) * y >> Bits);

    private static BigInteger Sqrt(BigInteger x)
    {
        BigInteger root = x;
        BigInteger next = (root + One) / 2;
        while (BigInteger.Abs(next - root) > 1)
        {
            root = next;
            next = (root + ((x << Bits) / root)) / 2;
        }

        return next;
    }

    private static BigInteger Atanh(BigInteger x) => InverseSeries(x, x * x >> Bits);

    private static BigInteger Atan(BigInteger x) => InverseSeries(x, -(x * x >> Bits));

    /// <summary>x + x q / 3 + x q^2 / 5 + ...</summary>
    private static BigInteger InverseSeries(BigInteger x, BigInteger q)
    {
        BigInteger sum = x;
        BigInteger power = x;
        for (int k = 3; !power.IsZero && power != -1; k += 2)
        {
            power = power * q >> Bits;
            sum += power / k;
        }

        return sum;
    }
}

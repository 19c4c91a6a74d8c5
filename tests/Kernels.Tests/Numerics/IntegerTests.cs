using System.Numerics;

namespace DeepSharp.Kernels.Tests.Numerics;

public class IntegerTests
{
    private static readonly long[] Bases =
        [0, 1, -1, 2, -2, 3, -3, 10, -10, 46341, int.MaxValue, int.MinValue, 12345678901, long.MinValue];

    private static readonly long[] Exponents =
        [0, 1, 2, 3, 4, 5, 9, 31, 32, 62, 63, 64, 65, 1000, int.MaxValue, long.MaxValue,
         -1, -2, -3, int.MinValue, long.MinValue];

    [Fact]
    public void Int64_powers_wrap_and_negative_exponents_truncate()
    {
        foreach (long x in Bases)
        {
            foreach (long n in Exponents)
            {
                long expected = (long)Wrapped(x, n, 64);
                Assert.Equal((x, n, expected), (x, n, I64.Pow(new(x), new(n)).Value));
                Vector<long> vector = Ix<long, I64>.Pow(new(new Vector<long>(x)), new(new Vector<long>(n))).Value;
                Assert.Equal(new Vector<long>(expected), vector);
            }
        }
    }

    [Fact]
    public void Int32_powers_wrap_and_negative_exponents_truncate()
    {
        foreach (int x in Bases.Where(b => b == (int)b).Select(b => (int)b))
        {
            foreach (int n in Exponents.Where(e => e == (int)e).Select(e => (int)e))
            {
                int expected = (int)Wrapped(x, n, 32);
                Assert.Equal((x, n, expected), (x, n, I32.Pow(x, n).Value));
                Assert.Equal(new Vector<int>(expected), Ix<int, I32>.Pow(x, n).Value);
            }
        }
    }

    [Fact]
    public void Lanes_of_division_and_power_are_independent()
    {
        Vector<int> a = Vector.CreateSequence(-5, 3);
        Vector<int> b = Vector.CreateSequence(-1, 1);
        Vector<int> quotient = (new Ix<int, I32>(a) / new Ix<int, I32>(b)).Value;
        Vector<int> power = Ix<int, I32>.Pow(new(a), new(b)).Value;
        for (int lane = 0; lane < Vector<int>.Count; lane++)
        {
            Assert.Equal(b[lane] == 0 ? 0 : a[lane] / b[lane], quotient[lane]);
            Assert.Equal((int)Wrapped(a[lane], b[lane], 32), power[lane]);
        }
    }

    private static BigInteger Wrapped(long x, long n, int bits)
    {
        if (n < 0)
        {
            return x == 1 ? 1 : x == -1 ? (n % 2 == 0 ? 1 : -1) : 0;
        }

        BigInteger modulus = BigInteger.One << bits;
        BigInteger power = ((BigInteger.ModPow(x, n, modulus) % modulus) + modulus) % modulus;
        return power >= modulus / 2 ? power - modulus : power;
    }
}

namespace DeepSharp.Kernels.Tests;

/// <summary>Test data and comparisons.</summary>
internal static class Numbers
{
    /// <summary>A number in [-1, 1) that depends on an index and a seed only, with at most 20 significant bits.</summary>
    internal static double Noise(int index, int seed = 0)
    {
        uint x = ((uint)index * 2654435761u) + ((uint)seed * 2246822519u) + 374761393u;
        x = (x ^ (x >> 15)) * 2246822519u;
        x = (x ^ (x >> 13)) * 3266489917u;
        x ^= x >> 16;
        return ((x >> 12) / 524288.0) - 1;
    }

    /// <summary>A number by its representation in bfloat16: that of a float without its lower half.</summary>
    internal static double OfBFloat16(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The bfloat16 nearest to a number, the even one of two that are equally near, found among its neighbours.</summary>
    internal static ushort ToBFloat16(double value)
    {
        uint sign = double.IsNegative(value) ? 0x8000u : 0;
        double size = Math.Abs(value);
        if (double.IsNaN(value) || size > float.MaxValue)
        {
            return (ushort)(sign | (double.IsNaN(value) ? 0x7FC0u : 0x7F80u));
        }

        // The next number below, then the one above it; beyond the largest it would be 2^128.
        uint below = BitConverter.SingleToUInt32Bits((float)size) >> 16;
        below = OfBFloat16((ushort)below) > size ? below - 1 : below;
        double low = OfBFloat16((ushort)below);
        double high = below == 0x7F7F ? Math.Pow(2, 128) : OfBFloat16((ushort)(below + 1));
        bool up = high - size < size - low || (high - size == size - low && below % 2 == 1);
        return (ushort)(sign | (up ? below + 1 : below));
    }

    /// <summary>A sum with the rounding errors added back (A. Neumaier, 1974).</summary>
    internal static double Sum(IEnumerable<double> values)
    {
        double sum = 0;
        double lost = 0;
        foreach (double value in values)
        {
            double next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return double.IsFinite(sum) ? sum + lost : sum;
    }

    /// <summary>Asserts that numbers agree up to a part of their size and an absolute amount; NaN and infinities exactly.</summary>
    internal static void AssertClose(double[] expected, double[] actual, double relative, double absolute, string what = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double e = expected[i];
            double a = actual[i];
            bool close = double.IsFinite(e) ? Math.Abs(e - a) <= absolute + (relative * Math.Abs(e)) : e.Equals(a);
            Assert.True(close, $"{what}[{i}]: expected {e:r}, got {a:r}");
        }
    }
}

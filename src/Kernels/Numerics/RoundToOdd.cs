using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Rounding that can be followed by another one without error.</summary>
internal static class RoundToOdd
{
    /// <summary>
    /// The float next to a double whose last bit is odd, unless one is equal: rounding it to fewer bits gives what rounding the
    /// double at once would have. After Boldo and Melquiond, "Emulation of FMA and correctly rounded sums" (2008).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static F32 Single(double value)
    {
        float nearest = (float)value;
        double size = Math.Abs(value);
        double rounded = Math.Abs((double)nearest);
        uint bits = FloatBits.Of(nearest);
        uint even = (bits & 1) ^ 1;

        // NaN differs from itself by neither comparison.
        uint step = size > rounded ? even : size < rounded ? 0 - even : 0;
        return new(FloatBits.ToNumber(bits + step));
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Two elements from two numbers that are uniform in [0, 1), and from those that stand there if it reads them.</summary>
internal interface IPair
{
    static virtual bool Reads => false;

    void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>;
}

/// <summary>Uniform in [low, high).</summary>
internal readonly struct UniformPair(double low, double high) : IPair
{
    private readonly double _low = low;
    private readonly double _high = high;
    private readonly double _width = high - low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>
    {
        first = _low + (u * _width);
        second = _low + (v * _width);

        // The sum may round up to the upper end, which is outside.
        first = T.IfGreater(_high, first, first, _low);
        second = T.IfGreater(_high, second, second, _low);
    }
}

/// <summary>Normal, by Box and Muller's transform.</summary>
internal readonly struct NormalPair(double mean, double deviation) : IPair
{
    private readonly double _mean = mean;
    private readonly double _deviation = deviation;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>
    {
        // 1 - u is never zero, so the logarithm is finite.
        T radius = T.Sqrt(-2 * T.Log(1 - u)) * _deviation;
        T angle = v * (2 * Math.PI);
        first = _mean + (radius * T.Cos(angle));
        second = _mean + (radius * T.Sin(angle));
    }
}

/// <summary>What stands there and a normally distributed number.</summary>
internal readonly struct NoisePair(double deviation) : IPair
{
    private readonly NormalPair _noise = new(0, deviation);

    public static bool Reads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>
    {
        T one = default;
        T other = default;
        _noise.Sample(u, v, ref one, ref other);
        first += one;
        second += other;
    }
}

/// <summary>Normal within limits, by the inverse of the distribution function: sqrt(2) erf^-1 of a number uniform between the limits' own.</summary>
internal readonly struct TruncatedNormalPair : IPair
{
    private readonly double _mean;
    private readonly double _scale;
    private readonly double _low;
    private readonly double _high;
    private readonly double _first;
    private readonly double _span;

    internal TruncatedNormalPair(double mean, double deviation, double low, double high)
    {
        _mean = mean;
        _scale = deviation * 1.4142135623730950488;
        _low = low;
        _high = high;
        _first = F64.Erf((low - mean) / deviation * 0.70710678118654752440).Value;
        _span = F64.Erf((high - mean) / deviation * 0.70710678118654752440).Value - _first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>
    {
        first = One(u);
        second = One(v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T One<T>(T u)
        where T : unmanaged, IReal<T>
    {
        T y = _mean + (T.ErfInv(_first + (u * _span)) * _scale);
        return T.IfGreater(_low, y, _low, T.IfGreater(y, _high, _high, y));
    }
}

/// <summary>One with a probability, else zero.</summary>
internal readonly struct BernoulliPair(double probability) : IPair
{
    private readonly double _probability = probability;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>
    {
        first = T.IfGreater(_probability, u, 1, 0);
        second = T.IfGreater(_probability, v, 1, 0);
    }
}

/// <summary>Zero with a probability, else what stands there, scaled so that the mean stays.</summary>
internal readonly struct DropoutPair(double probability) : IPair
{
    private readonly double _probability = probability;
    private readonly double _scale = 1 / (1 - probability);

    public static bool Reads => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample<T>(T u, T v, ref T first, ref T second)
        where T : unmanaged, IReal<T>
    {
        first = T.IfGreater(_probability, u, 0, first * _scale);
        second = T.IfGreater(_probability, v, 0, second * _scale);
    }
}

/// <summary>Pairs of numbers uniform in [0, 1), by their number.</summary>
internal interface IUniform<T>
    where T : unmanaged
{
    static abstract void Draw(ulong seed, ulong position, int pair, out T u, out T v);
}

/// <summary>Two pairs of 24 bits from each block.</summary>
internal readonly struct UniformOf32 : IUniform<F32>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Draw(ulong seed, ulong position, int pair, out F32 u, out F32 v)
    {
        Philox words = Philox.Block(seed, position + ((ulong)pair >> 1));
        bool second = (pair & 1) != 0;
        u = new F32(((second ? words.W2 : words.W0) >> 8) * (1f / (1 << 24)));
        v = new F32(((second ? words.W3 : words.W1) >> 8) * (1f / (1 << 24)));
    }
}

/// <summary>A pair of 53 bits from each block.</summary>
internal readonly struct UniformOf64 : IUniform<F64>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Draw(ulong seed, ulong position, int pair, out F64 u, out F64 v)
    {
        Philox words = Philox.Block(seed, position + (ulong)pair);
        u = new F64(((((ulong)words.W0 << 32) | words.W1) >> 11) * (1.0 / (1UL << 53)));
        v = new F64(((((ulong)words.W2 << 32) | words.W3) >> 11) * (1.0 / (1UL << 53)));
    }
}

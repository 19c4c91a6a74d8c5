namespace DeepSharp.Kernels;

/// <summary>A distribution: two samples from two numbers that are uniform in [0, 1).</summary>
internal interface IPairDistribution
{
    void Sample<T>(T u, T v, out T first, out T second)
        where T : unmanaged, IReal<T>;
}

/// <summary>Uniform in [low, high).</summary>
internal readonly struct UniformPair(double low, double high) : IPairDistribution
{
    private readonly double _low = low;
    private readonly double _high = high;
    private readonly double _width = high - low;

    public void Sample<T>(T u, T v, out T first, out T second)
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
internal readonly struct NormalPair(double mean, double deviation) : IPairDistribution
{
    private readonly double _mean = mean;
    private readonly double _deviation = deviation;

    public void Sample<T>(T u, T v, out T first, out T second)
        where T : unmanaged, IReal<T>
    {
        // 1 - u is never zero, so the logarithm is finite.
        T radius = T.Sqrt(-2 * T.Log(1 - u)) * _deviation;
        T angle = v * (2 * Math.PI);
        first = _mean + (radius * T.Cos(angle));
        second = _mean + (radius * T.Sin(angle));
    }
}

/// <summary>One with a probability, else zero.</summary>
internal readonly struct BernoulliPair(double probability) : IPairDistribution
{
    private readonly double _probability = probability;

    public void Sample<T>(T u, T v, out T first, out T second)
        where T : unmanaged, IReal<T>
    {
        first = T.IfGreater(_probability, u, 1, 0);
        second = T.IfGreater(_probability, v, 1, 0);
    }
}

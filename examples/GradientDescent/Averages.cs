namespace DeepSharp.Examples.GradientDescent;

/// <summary>Exponentially weighted averages, v ← βv + (1 - β)x: what momentum does to gradients.</summary>
internal static class Averages
{
    /// <summary>The averages of a series; corrected, they are v / (1 - β^t), as if nothing had been before the first value.</summary>
    internal static double[] Of(double[] series, double beta, bool corrected)
    {
        double[] averages = new double[series.Length];
        double v = 0;
        for (int t = 1; t <= series.Length; t++)
        {
            v = (beta * v) + ((1 - beta) * series[t - 1]);
            averages[t - 1] = corrected ? v / (1 - Math.Pow(beta, t)) : v;
        }

        return averages;
    }

    /// <summary>A year of noisy temperatures.</summary>
    internal static double[] Temperatures(int days, ulong seed)
    {
        Random random = new((int)(seed % int.MaxValue));
        return [.. Enumerable.Range(0, days).Select(day => 15 - (7 * Math.Cos(2 * Math.PI * (day - 20) / 365.0)) + (2.5 * Line.Normal(random)))];
    }
}

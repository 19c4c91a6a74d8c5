namespace DeepSharp.Examples.GradientDescent;

/// <summary>Points near a line whose slope and intercept are known.</summary>
internal sealed class Line
{
    internal const double Slope = 3;
    internal const double Intercept = 2;
    internal const double StartSlope = -1;
    internal const double StartIntercept = -0.5;
    private const double Noise = 0.5;

    internal Line(int samples, ulong seed)
    {
        Random random = new((int)(seed % int.MaxValue));
        X = [.. Enumerable.Range(0, samples).Select(_ => 2 * random.NextDouble())];
        Y = [.. X.Select(x => (Slope * x) + Intercept + (Noise * Normal(random)))];
    }

    internal double[] X { get; }

    internal double[] Y { get; }

    /// <summary>The mean squared error of all points, for any slope and intercept.</summary>
    internal double Cost(double slope, double intercept)
    {
        double sum = 0;
        for (int i = 0; i < X.Length; i++)
        {
            double error = (slope * X[i]) + intercept - Y[i];
            sum += error * error;
        }

        return sum / X.Length;
    }

    /// <summary>The least-squares solution, in closed form: where the descent has to end.</summary>
    internal (double Slope, double Intercept) Best()
    {
        double meanX = X.Average();
        double meanY = Y.Average();
        double slope = X.Zip(Y, (x, y) => (x - meanX) * (y - meanY)).Sum() / X.Sum(x => (x - meanX) * (x - meanX));
        return (slope, meanY - (slope * meanX));
    }

    internal static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

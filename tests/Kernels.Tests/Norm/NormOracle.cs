namespace DeepSharp.Kernels.Tests;

/// <summary>Normalisation in double precision, from the definitions, over groups of values.</summary>
internal static class NormOracle
{
    /// <summary>The elements of each feature of [N, C, L].</summary>
    internal static int[][] Features(int samples, int features, int length) =>
        [.. Enumerable.Range(0, features).Select(c => Enumerable.Range(0, samples)
            .SelectMany(n => Enumerable.Range(0, length).Select(l => (((n * features) + c) * length) + l)).ToArray())];

    internal static double Mean(double[] x, int[] group) => Numbers.Sum(group.Select(i => x[i])) / group.Length;

    /// <summary>The biased variance.</summary>
    internal static double Variance(double[] x, int[] group)
    {
        double mean = Mean(x, group);
        return Numbers.Sum(group.Select(i => (x[i] - mean) * (x[i] - mean))) / group.Length;
    }

    /// <summary>The gradient of sum(dy z), z = (x - mean) / sqrt(variance + epsilon), for upstream gradients dy of z.</summary>
    internal static void Gradient(double[] x, double[] dz, int[] group, double epsilon, double[] dx)
    {
        double mean = Mean(x, group);
        double deviation = Math.Sqrt(Variance(x, group) + epsilon);
        double sum = Numbers.Sum(group.Select(i => dz[i]));
        double dot = Numbers.Sum(group.Select(i => dz[i] * (x[i] - mean) / deviation));
        foreach (int i in group)
        {
            dx[i] = (dz[i] - (sum / group.Length) - ((x[i] - mean) / deviation * dot / group.Length)) / deviation;
        }
    }
}

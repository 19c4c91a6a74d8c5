namespace DeepSharp.Kernels.Tests.Reduce;

/// <summary>A reduction and what it is held against: the plain formula over the list of a result's elements.</summary>
internal sealed record ReductionCase(string Name, Action<Operand, Operand, uint, bool> Run, Func<List<double>, double> Oracle)
{
    internal static readonly ReductionCase[] All =
    [
        new("sum", (o, x, axes, add) => Reduction.RunNumeric(default(Sum), o, x, axes, add), Numbers.Sum),
        new(
            "product",
            (o, x, axes, add) => Reduction.RunNumeric(default(Product), o, x, axes, add),
            l => l.Aggregate(1.0, (a, b) => a * b)),
        new(
            "max",
            (o, x, axes, add) => Reduction.RunNumeric(default(Largest), o, x, axes, add),
            l => l.Contains(double.NaN) ? double.NaN : l.Max()),
        new(
            "min",
            (o, x, axes, add) => Reduction.RunNumeric(default(Smallest), o, x, axes, add),
            l => l.Contains(double.NaN) ? double.NaN : l.Min()),
        new(
            "mean",
            (o, x, axes, add) => Reduction.Run(default(Mean), o, x, axes, add),
            l => Numbers.Sum(l) / l.Count),
        new(
            "squares",
            (o, x, axes, add) => Reduction.Run(default(SumOfSquares), o, x, axes, add),
            l => Numbers.Sum(l.Select(v => v * v))),
        new(
            "magnitudes",
            (o, x, axes, add) => Reduction.Run(default(SumOfMagnitudes), o, x, axes, add),
            l => Numbers.Sum(l.Select(Math.Abs))),
        new(
            "powers",
            (o, x, axes, add) => Reduction.Run(new SumOfPowers(2.5), o, x, axes, add),
            l => Numbers.Sum(l.Select(v => Math.Pow(Math.Abs(v), 2.5)))),
        new(
            "largest magnitude",
            (o, x, axes, add) => Reduction.Run(default(LargestMagnitude), o, x, axes, add),
            l => l.Contains(double.NaN) ? double.NaN : l.Select(Math.Abs).DefaultIfEmpty().Max()),
        new(
            "finite",
            (o, x, axes, add) => Reduction.Run(default(FiniteCheck), o, x, axes, add),
            l => l.All(double.IsFinite) ? 0 : double.NaN),
        new("variance", (o, x, axes, _) => Reduction.Variance(o, x, axes, 0), l => Variance(l, 0)),
        new("unbiased", (o, x, axes, _) => Reduction.Variance(o, x, axes, 1), l => Variance(l, 1)),
        new("logsumexp", (o, x, axes, _) => Reduction.LogSumExp(o, x, axes), LogSumExp),
    ];

    public override string ToString() => Name;

    internal static ReductionCase Named(string name) => Array.Find(All, c => c.Name == name)!;

    /// <summary>The elements of every result, in row-major order of both.</summary>
    internal static List<double>[] Groups(int[] dims, double[] values, uint axes)
    {
        int[] kept = [.. dims.Select((d, axis) => ((axes >> axis) & 1) != 0 ? 1 : d)];
        List<double>[] groups = new List<double>[kept.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = [];
        }

        for (int i = 0; i < values.Length; i++)
        {
            int rest = i;
            int place = 0;
            int stride = 1;
            for (int axis = dims.Length - 1; axis >= 0; axis--)
            {
                place += (kept[axis] == 1 ? 0 : rest % dims[axis]) * stride;
                rest /= dims[axis];
                stride *= kept[axis];
            }

            groups[place].Add(values[i]);
        }

        return groups;
    }

    private static double Variance(List<double> values, int correction)
    {
        double mean = Numbers.Sum(values) / values.Count;
        return Numbers.Sum(values.Select(v => (v - mean) * (v - mean))) / Math.Max(0, values.Count - correction);
    }

    private static double LogSumExp(List<double> values)
    {
        if (values.Contains(double.NaN))
        {
            return double.NaN;
        }

        double max = values.Count == 0 ? double.NegativeInfinity : values.Max();
        return double.IsInfinity(max) ? max : max + Math.Log(Numbers.Sum(values.Select(v => Math.Exp(v - max))));
    }
}

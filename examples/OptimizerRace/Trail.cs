using DeepSharp.Optim;

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>The path of a rule down a landscape.</summary>
internal sealed record Trail(Racer Racer, double Rate, double[] X, double[] Y, double End)
{
    private static readonly double[] s_rates = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1];

    /// <summary>The path with the learning rate that ends lowest, of those that stay in the picture, if any does.</summary>
    internal static Trail Best(Racer racer, Landscape landscape) => s_rates
        .Select(rate => Descend(racer, landscape, rate))
        .OrderByDescending(trail => trail.StaysIn(landscape))
        .ThenBy(static trail => double.IsNaN(trail.End) ? double.PositiveInfinity : trail.End)
        .First();

    private bool StaysIn(Landscape landscape) =>
        X.All(x => x >= landscape.XRange.Low && x <= landscape.XRange.High) && Y.All(y => y >= landscape.YRange.Low && y <= landscape.YRange.High);

    private static Trail Descend(Racer racer, Landscape landscape, double rate)
    {
        // Matrices of one element, since some rules are for matrices.
        Parameter x = new(Tensor.Full([1, 1], landscape.Start.X, DType.Float64));
        Parameter y = new(Tensor.Full([1, 1], landscape.Start.Y, DType.Float64));
        Optimizer optimizer = racer.Make([x, y], rate);
        List<double> xs = [landscape.Start.X];
        List<double> ys = [landscape.Start.Y];
        for (int step = 0; step < landscape.Steps; step++)
        {
            using TensorScope scope = Tensor.Scope();
            optimizer.Step(() => landscape.Loss(x, y).Sum());
            xs.Add(x.ToArray<double>()[0]);
            ys.Add(y.ToArray<double>()[0]);
            if (!(Math.Abs(xs[^1]) + Math.Abs(ys[^1]) < 1e6))
            {
                break;
            }
        }

        // The mean over the last steps, so that a lucky swing does not win.
        int last = Math.Max(0, xs.Count - 5);
        double end = Enumerable.Range(last, xs.Count - last).Average(i => landscape.Height(xs[i], ys[i]));
        return new Trail(racer, rate, [.. xs], [.. ys], xs.Count <= landscape.Steps ? double.NaN : end);
    }
}

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>A function of two variables to descend.</summary>
internal sealed record Landscape(
    string Name,
    Func<double, double, double> Height,
    Func<Tensor, Tensor, Tensor> Loss,
    (double X, double Y) Start,
    (double X, double Y) Minimum,
    (double Low, double High) XRange,
    (double Low, double High) YRange,
    double[] Levels,
    int Steps)
{
    /// <summary>A valley forty times as steep as it is long, turned a little against the axes.</summary>
    internal static Landscape Valley { get; } = new(
        "Ill-conditioned valley, (x + 0.3 y)² / 2 + 20 (y - 0.15 x)²",
        static (x, y) => (0.5 * Square(x + (0.3 * y))) + (20 * Square(y - (0.15 * x))),
        static (x, y) =>
        {
            Tensor along = x + (0.3 * y);
            Tensor across = y - (0.15 * x);
            return (0.5 * along * along) + (20 * across * across);
        },
        Start: (-4, 0.9),
        Minimum: (0, 0),
        XRange: (-4.6, 2.2),
        YRange: (-1.8, 1.8),
        Levels: [.. Enumerable.Range(0, 11).Select(static i => 0.05 * Math.Pow(2.2, i))],
        Steps: 80);

    /// <summary>Rosenbrock's banana: a curved valley with a flat floor.</summary>
    internal static Landscape Rosenbrock { get; } = new(
        "Rosenbrock's valley, (1 - x)² + 100 (y - x²)²",
        static (x, y) => Square(1 - x) + (100 * Square(y - (x * x))),
        static (x, y) =>
        {
            Tensor ahead = 1 - x;
            Tensor aside = y - (x * x);
            return (ahead * ahead) + (100 * aside * aside);
        },
        Start: (-1.4, 2.3),
        Minimum: (1, 1),
        XRange: (-2, 2),
        YRange: (-0.8, 2.8),
        Levels: [.. Enumerable.Range(0, 9).Select(static i => 0.3 * Math.Pow(3.2, i))],
        Steps: 300);

    private static double Square(double value) => value * value;
}

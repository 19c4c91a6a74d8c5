using DeepSharp.Optim;

namespace DeepSharp.Examples.Schedules;

/// <summary>A schedule that can be chosen by name.</summary>
/// <param name="Family">The panel it is drawn in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Make">Makes it from the rate and the number of epochs n.</param>
internal sealed record Drawn(string Family, string Name, Func<double, int, LearningRateSchedule> Make)
{
    private const string Steps = "Constant and in steps";
    private const string Exponentials = "Exponential";
    private const string Slow = "By powers of time";
    private const string ToZero = "To zero at the end";
    private const string Restarts = "Warm-up and restarts";
    private const string Cycles = "Cycles";

    /// <summary>All of them; one more is one more line.</summary>
    internal static IReadOnlyList<Drawn> All { get; } =
    [
        new(Steps, "constant", static (_, _) => new ConstantRate()),
        new(Steps, "piecewise", static (rate, n) => new PiecewiseConstant([0.4 * n, 0.7 * n], [0.9 * rate, 0.6 * rate, 0.15 * rate])),
        new(Steps, "step", static (_, n) => new StepDecay(Math.Max(1, n / 5), 0.5)),
        new(Steps, "multi-step", static (_, n) => new MultiStepDecay([0.25 * n, 0.3 * n, 0.85 * n], 0.45)),
        new(Exponentials, "exponential", static (_, n) => new ExponentialDecay(Math.Pow(0.2, 1.0 / n))),
        new(Exponentials, "natural", static (_, n) => ExponentialDecay.Natural(3.0 / n)),
        new(Exponentials, "tenfold", static (_, n) => ExponentialDecay.Tenfold(n / 2.5)),
        new(Slow, "inverse-time", static (_, n) => new InverseTimeDecay(10.0 / n)),
        new(Slow, "power", static (_, n) => new PowerDecay(n / 10.0, c: 2)),
        new(Slow, "inverse-sqrt", static (_, _) => new InverseSquareRootDecay()),
        new(Slow, "noam", static (_, n) => new InverseSquareRootDecay(Math.Sqrt(Math.Max(1, n / 5)), warmup: Math.Max(1, n / 5))),
        new(ToZero, "linear", static (_, n) => new LinearRate(n)),
        new(ToZero, "polynomial", static (_, n) => new PolynomialDecay(n, power: 2)),
        new(ToZero, "cosine", static (_, n) => new CosineAnnealing(n)),
        new(Restarts, "warm-cosine", static (_, n) => new CosineAnnealing(0.85 * n).After(new Warmup(0.15 * n))),
        new(Restarts, "restarts", static (_, n) => new CosineRestarts(n / 4.0, peakFactor: 0.8)),
        new(Restarts, "growing-restarts", static (_, n) => new CosineRestarts(n / 7.0, lengthFactor: 2)),
        new(Cycles, "one-cycle", static (rate, n) => new OneCycle(rate, Math.Max(4, n))),
        new(Cycles, "one-cycle-linear", static (rate, n) => new OneCycle(rate, Math.Max(5, n), annealing: Annealing.Linear, threePhases: true)),
        new(Cycles, "triangular", static (rate, n) => new CyclicRate(0.1 * rate, rate, Math.Max(1, n / 8))),
        new(Cycles, "triangular2", static (rate, n) => new CyclicRate(0.1 * rate, rate, Math.Max(1, n / 8), shape: CycleShape.Triangular2)),
        new(Cycles, "exp-range", static (rate, n) => new CyclicRate(
            0.1 * rate, rate, Math.Max(1, n / 8), shape: CycleShape.ExponentialRange, decay: Math.Pow(0.2, 1.0 / n))),
    ];
}

using DeepSharp.Optim;

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>A rule that takes part.</summary>
/// <param name="Family">The panel it is drawn in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rate">The learning rate that it trains the network with; null if it only descends the valleys.</param>
/// <param name="Make">Makes it from parameters and a learning rate.</param>
internal sealed record Racer(string Family, string Name, double? Rate, Func<IEnumerable<Parameter>, double, Optimizer> Make)
{
    private const string Descent = "Descent and momentum";
    private const string Signs = "By signs of gradients";
    private const string Adaptive = "Scaled by past gradients";
    private const string Moments = "Adam and its kin";
    private const string Layers = "Scaled by layer or matrix";
    private const string Averages = "With averaged weights";
    private const string Curvature = "By curvature";

    /// <summary>All of them; one more is one more line.</summary>
    internal static IReadOnlyList<Racer> All { get; } =
    [
        new(Descent, "sgd", 0.1, static (parameters, rate) => new SGD(parameters, rate)),
        new(Descent, "momentum", 0.02, static (parameters, rate) => new SGD(parameters, rate, momentum: 0.9)),
        new(Descent, "nesterov", 0.02, static (parameters, rate) => new SGD(parameters, rate, momentum: 0.9, nesterov: true)),
        new(Descent, "look-ahead", 0.02, static (parameters, rate) => new NesterovAccelerated(parameters, rate)),
        new(Signs, "delta-bar-delta", 0.05, static (parameters, rate) => new DeltaBarDelta(parameters, rate)),
        new(Signs, "rprop", 1e-3, static (parameters, rate) => new Rprop(parameters, rate)),
        new(Signs, "lion", 3e-4, static (parameters, rate) => new Lion(parameters, rate)),
        new(Adaptive, "adagrad", 0.01, static (parameters, rate) => new Adagrad(parameters, rate)),
        new(Adaptive, "rmsprop", 1e-3, static (parameters, rate) => new RMSProp(parameters, rate)),
        new(Adaptive, "rmsprop-momentum", 3e-4, static (parameters, rate) => new RMSProp(parameters, rate, momentum: 0.9)),
        new(Adaptive, "adadelta", 1, static (parameters, rate) => new Adadelta(parameters, rate)),
        new(Moments, "adam", 1e-3, static (parameters, rate) => new Adam(parameters, rate)),
        new(Moments, "amsgrad", 1e-3, static (parameters, rate) => new Adam(parameters, rate, amsGrad: true)),
        new(Moments, "adamw", 1e-3, static (parameters, rate) => new AdamW(parameters, rate)),
        new(Moments, "adamax", 2e-3, static (parameters, rate) => new Adamax(parameters, rate)),
        new(Moments, "nadam", 2e-3, static (parameters, rate) => new NAdam(parameters, rate)),
        new(Moments, "radam", 3e-3, static (parameters, rate) => new RAdam(parameters, rate)),
        new(Layers, "lars", 3, static (parameters, rate) => new LARS(parameters, rate)),
        new(Layers, "lamb", 1e-2, static (parameters, rate) => new LAMB(parameters, rate)),
        new(Layers, "adafactor", 1e-2, static (parameters, rate) => new Adafactor(parameters, rate)),
        // Muon is for matrices; the vectors stay as they are.
        new(Layers, "muon", 0.02, static (parameters, rate) => new Muon(parameters.Where(static parameter => parameter.Rank == 2), rate)),
        new(Averages, "asgd", 0.1, static (parameters, rate) => new ASGD(parameters, rate)),
        new(Averages, "lookahead-sgd", 0.1, static (parameters, rate) => new Lookahead(new SGD(parameters, rate, momentum: 0.5))),
        new(Averages, "lookahead-adam", 1e-3, static (parameters, rate) => new Lookahead(new Adam(parameters, rate))),
        new(Averages, "schedule-free", 2.5e-3, static (parameters, rate) => new ScheduleFreeAdamW(parameters, rate)),
        // These trust the loss to be the same function at every step, which that of a mini-batch is not.
        new(Curvature, "l-bfgs", null, static (parameters, rate) => new LBFGS(parameters, rate, iterations: 1, historySize: 10, lineSearch: true)),
        new(Curvature, "newton-cg", null, static (parameters, rate) => new NewtonCG(parameters, rate)),
    ];
}

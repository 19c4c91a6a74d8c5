using DeepSharp.Optim;

namespace DeepSharp.Examples.OptimizerRace;

/// <summary>A rule that takes part.</summary>
/// <param name="Family">The panel it is drawn in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rate">The learning rate that it trains the network with.</param>
/// <param name="Make">Makes it from parameters and a learning rate.</param>
internal sealed record Racer(string Family, string Name, double Rate, Func<IEnumerable<Parameter>, double, Optimizer> Make)
{
    private const string Descent = "Gradient descent and momentum";
    private const string Adaptive = "A rate for each parameter";

    /// <summary>All of them; one more is one more line.</summary>
    internal static IReadOnlyList<Racer> All { get; } =
    [
        new(Descent, "sgd", 0.1, static (parameters, rate) => new Sgd(parameters, rate)),
        new(Descent, "momentum", 0.02, static (parameters, rate) => new Sgd(parameters, rate, momentum: 0.9)),
        new(Descent, "nesterov", 0.02, static (parameters, rate) => new Sgd(parameters, rate, momentum: 0.9, nesterov: true)),
        new(Descent, "look-ahead", 0.02, static (parameters, rate) => new NesterovAccelerated(parameters, rate)),
        new(Adaptive, "adagrad", 0.01, static (parameters, rate) => new Adagrad(parameters, rate)),
        new(Adaptive, "rmsprop", 1e-3, static (parameters, rate) => new RMSProp(parameters, rate)),
        new(Adaptive, "adam", 1e-3, static (parameters, rate) => new Adam(parameters, rate)),
        new(Adaptive, "adamw", 1e-3, static (parameters, rate) => new AdamW(parameters, rate)),
    ];
}

using DeepSharp.Optim;

namespace DeepSharp.Examples.Mnist;

/// <summary>The optimizers that can be chosen by name, each with its usual learning rate.</summary>
internal static class Optimizers
{
    private static readonly Dictionary<string, (double Rate, Func<IEnumerable<Parameter>, double, Optimizer> Make)> s_all = new()
    {
        ["sgd"] = (0.1, static (parameters, rate) => new SGD(parameters, rate)),
        ["momentum"] = (0.05, static (parameters, rate) => new SGD(parameters, rate, momentum: 0.9)),
        ["nesterov"] = (0.05, static (parameters, rate) => new SGD(parameters, rate, momentum: 0.9, nesterov: true)),
        ["look-ahead"] = (0.05, static (parameters, rate) => new NesterovAccelerated(parameters, rate)),
        ["rmsprop"] = (1e-3, static (parameters, rate) => new RMSProp(parameters, rate)),
        ["adagrad"] = (1e-2, static (parameters, rate) => new Adagrad(parameters, rate)),
        ["adam"] = (1e-3, static (parameters, rate) => new Adam(parameters, rate)),
        ["adamw"] = (1e-3, static (parameters, rate) => new AdamW(parameters, rate)),
        ["delta-bar-delta"] = (1e-2, static (parameters, rate) => new DeltaBarDelta(parameters, rate)),
        ["rprop"] = (1e-3, static (parameters, rate) => new Rprop(parameters, rate)),
        ["adadelta"] = (1, static (parameters, rate) => new Adadelta(parameters, rate)),
        ["adamax"] = (2e-3, static (parameters, rate) => new Adamax(parameters, rate)),
        ["nadam"] = (2e-3, static (parameters, rate) => new NAdam(parameters, rate)),
        ["radam"] = (1e-3, static (parameters, rate) => new RAdam(parameters, rate)),
        ["asgd"] = (0.1, static (parameters, rate) => new ASGD(parameters, rate)),
        ["lion"] = (1e-4, static (parameters, rate) => new Lion(parameters, rate)),
        ["schedule-free"] = (2.5e-3, static (parameters, rate) => new ScheduleFreeAdamW(parameters, rate)),
        ["lookahead"] = (1e-3, static (parameters, rate) => new Lookahead(new Adam(parameters, rate))),
        ["lars"] = (1, static (parameters, rate) => new LARS(parameters, rate)),
        ["lamb"] = (5e-3, static (parameters, rate) => new LAMB(parameters, rate)),
        ["adafactor"] = (1e-2, static (parameters, rate) => new Adafactor(parameters, rate)),

        // Muon is for matrices: biases and normalisations stay as they begin.
        ["muon"] = (0.02, static (parameters, rate) => new Muon(parameters.Where(static parameter => parameter.Rank == 2), rate)),

        // For large batches: a curvature measured on few samples is mostly noise.
        ["l-bfgs"] = (1, static (parameters, rate) => new LBFGS(parameters, rate, iterations: 4, historySize: 10, lineSearch: true)),
        ["newton-cg"] = (1, static (parameters, rate) => new NewtonCG(parameters, rate, iterations: 10)),
    };

    internal static IEnumerable<string> Names => s_all.Keys;

    internal static double DefaultRate(string name) => s_all[name].Rate;

    internal static Optimizer Make(string name, IEnumerable<Parameter> parameters, double rate) => s_all[name].Make(parameters, rate);
}

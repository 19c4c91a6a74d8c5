using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>A rule under test: how to make it, and with which rates it solves the two problems.</summary>
internal sealed record Rule(
    Func<Parameter[], double, Optimizer> Make, double ParabolaRate, int ParabolaSteps, double RosenbrockRate, int RosenbrockSteps)
{
    /// <summary>Whether the rate falls to zero on the way: steps of a fixed size, or one in proportion to the weights, do not settle.</summary>
    internal bool Decays { get; init; }

    /// <summary>Where Rosenbrock begins. Steps in proportion to the weights end at the origin, which lies in the valley from the usual point.</summary>
    internal double[] Start { get; init; } = Surface.RosenbrockStart;

    /// <summary>Whether the rule trains parameters that are no matrices.</summary>
    internal bool TakesVectors { get; init; } = true;

    /// <summary>Every rule, in the variants that have code of their own.</summary>
    internal static IReadOnlyDictionary<string, Rule> All { get; } = new Dictionary<string, Rule>
    {
        ["SGD"] = new(static (p, rate) => new SGD(p, rate), 0.1, 100, 1e-3, 10000),
        ["SGD, momentum"] = new(static (p, rate) => new SGD(p, rate, 0.9), 0.05, 200, 1e-4, 10000),
        ["SGD, velocity"] = new(static (p, rate) => new SGD(p, rate, 0.9, form: MomentumForm.Velocity), 0.05, 200, 1e-4, 10000),
        ["SGD, average"] = new(
            static (p, rate) => new SGD(p, rate, 0.9, form: MomentumForm.Average, biasCorrection: true), 0.3, 200, 1e-3, 10000),
        ["SGD, Nesterov"] = new(static (p, rate) => new SGD(p, rate, 0.9, nesterov: true), 0.05, 200, 1e-4, 10000),
        ["SGD, Nesterov, velocity"] = new(
            static (p, rate) => new SGD(p, rate, 0.9, nesterov: true, form: MomentumForm.Velocity), 0.05, 200, 1e-4, 10000),
        ["NesterovAccelerated"] = new(static (p, rate) => new NesterovAccelerated(p, rate), 0.05, 200, 2e-4, 5000),
        ["DeltaBarDelta"] = new(static (p, rate) => new DeltaBarDelta(p, rate), 0.05, 200, 1e-4, 10000),
        ["DeltaBarDelta, momentum"] = new(static (p, rate) => new DeltaBarDelta(p, rate, raise: 1e-5, momentum: 0.5), 0.05, 200, 1e-4, 10000),
        ["Rprop"] = new(static (p, rate) => new Rprop(p, rate), 0.1, 100, 0.01, 2000),
        ["Adagrad"] = new(static (p, rate) => new Adagrad(p, rate), 1, 200, 0.5, 10000),
        ["Adagrad, momentum"] = new(
            static (p, rate) => new Adagrad(p, rate, momentum: 0.9, epsilonPlacement: EpsilonPlacement.InsideRoot), 0.3, 300, 0.1, 10000),
        ["RMSProp"] = new(static (p, rate) => new RMSProp(p, rate), 0.01, 1000, 1e-3, 10000),
        ["RMSProp, centered"] = new(static (p, rate) => new RMSProp(p, rate, centered: true), 0.01, 1000, 1e-3, 10000),
        ["RMSProp, momentum"] = new(static (p, rate) => new RMSProp(p, rate, momentum: 0.9), 1e-3, 1000, 1e-4, 10000),
        ["RMSProp, centered, momentum"] = new(
            static (p, rate) => new RMSProp(p, rate, momentum: 0.9, centered: true, epsilonPlacement: EpsilonPlacement.InsideRoot), 1e-3, 1000,
            1e-4, 10000),
        ["Adadelta"] = new(static (p, rate) => new Adadelta(p, rate, epsilon: 1e-8), 1, 5000, 0.3, 20000),
        ["Adam"] = new(static (p, rate) => new Adam(p, rate), 0.1, 300, 0.01, 10000),
        ["Adam, AMSGrad"] = new(static (p, rate) => new Adam(p, rate, amsGrad: true), 0.1, 500, 0.01, 10000),
        ["Adam, epsilon inside"] = new(
            static (p, rate) => new Adam(p, rate, epsilonPlacement: EpsilonPlacement.InsideRoot), 0.1, 300, 0.01, 10000),
        ["AdamW"] = new(static (p, rate) => new AdamW(p, rate, weightDecay: 1e-4), 0.1, 300, 0.01, 10000),
        ["Adamax"] = new(static (p, rate) => new Adamax(p, rate), 0.1, 300, 0.01, 10000),
        ["NAdam"] = new(static (p, rate) => new NAdam(p, rate), 0.1, 300, 0.01, 10000),
        ["RAdam"] = new(static (p, rate) => new RAdam(p, rate), 0.1, 300, 1e-3, 30000),
        ["ASGD"] = new(static (p, rate) => new ASGD(p, rate, averagingStart: 3), 0.1, 100, 1e-3, 10000),
        ["Lion"] = new(static (p, rate) => new Lion(p, rate), 0.002, 4000, 1e-3, 10000),
        ["ScheduleFreeAdamW"] = new(static (p, rate) => new ScheduleFreeAdamW(p, rate, warmupSteps: 5), 0.1, 1500, 0.01, 10000),
        ["LARS"] = new(static (p, rate) => new LARS(p, rate, trust: 1, weightDecay: 0), 0.02, 500, 1e-2, 10000) { Decays = true, Start = [0.4, 1.6] },
        ["LAMB"] = new(static (p, rate) => new LAMB(p, rate, weightDecay: 0), 0.01, 2000, 1e-2, 10000) { Decays = true, Start = [0.4, 1.6] },
        ["Adafactor"] = new(static (p, rate) => new Adafactor(p, rate), 0.01, 2000, 1e-2, 8000) { Decays = true, Start = [0.4, 1.6] },
        ["Adafactor, not by parameter"] = new(static (p, rate) => new Adafactor(p, rate, scalesByParameter: false), 0.05, 1000, 1e-2, 8000)
        {
            Decays = true,
        },
        ["Muon"] = new(static (p, rate) => new Muon(p, rate, momentum: 0.9), 1e-2, 2000, 4e-3, 6000) { Decays = true, TakesVectors = false },
        ["Muon, not Nesterov's"] = new(static (p, rate) => new Muon(p, rate, momentum: 0.9, nesterov: false), 1e-2, 2000, 4e-3, 6000)
        {
            Decays = true,
            TakesVectors = false,
        },
        ["LBFGS"] = new(static (p, rate) => new LBFGS(p, rate, iterations: 3), 1, 10, 0.1, 300),
        ["LBFGS, line search"] = new(static (p, rate) => new LBFGS(p, rate, iterations: 3, historySize: 4, lineSearch: true), 1, 10, 1, 30),
        ["NewtonCG"] = new(static (p, rate) => new NewtonCG(p, rate), 1, 5, 1, 40),
        ["Lookahead"] = new(static (p, rate) => new Lookahead(new Adam(p, rate)), 0.1, 300, 0.01, 10000),
    };

    public static IEnumerable<object[]> Names => All.Keys.Select(static name => new object[] { name });
}

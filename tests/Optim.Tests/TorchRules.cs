using DeepSharp.Optim;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>PyTorch's optimizers by the names and options of the golden files.</summary>
internal static class TorchRules
{
    internal static readonly string[] Kinds = ["sgd", "rmsprop", "adagrad", "adam", "adamw", "adadelta", "adamax", "nadam", "radam", "asgd", "rprop"];

    internal static Optimizer Make(string kind, Parameter[] parameters, GoldenOptions o)
    {
        double rate = o.Number("lr");
        double decay = o.Number("weight_decay", 0);
        return kind switch
        {
            "sgd" => new SGD(parameters, rate, o.Number("momentum"), o.Number("dampening"), decay, o.Flag("nesterov")),
            "rmsprop" => new RMSProp(parameters, rate, o.Number("alpha"), o.Number("eps"), decay, o.Number("momentum"), o.Flag("centered")),
            "adagrad" => new Adagrad(
                parameters, rate, o.Number("lr_decay"), decay, o.Number("initial_accumulator_value"), o.Number("eps")),
            "adam" => new Adam(
                parameters, rate, o.Numbers("betas")[0], o.Numbers("betas")[1], o.Number("eps"), decay, o.Flag("amsgrad")),
            "adamw" => new AdamW(
                parameters, rate, o.Numbers("betas")[0], o.Numbers("betas")[1], o.Number("eps"), decay, o.Flag("amsgrad")),
            "adadelta" => new Adadelta(parameters, rate, o.Number("rho"), o.Number("eps"), decay),
            "adamax" => new Adamax(parameters, rate, o.Numbers("betas")[0], o.Numbers("betas")[1], o.Number("eps"), decay),
            "nadam" => new NAdam(parameters, new NAdamOptions
            {
                LearningRate = rate,
                Beta1 = o.Numbers("betas")[0],
                Beta2 = o.Numbers("betas")[1],
                Epsilon = o.Number("eps"),
                MomentumDecay = o.Number("momentum_decay"),
                WeightDecay = decay,
                DecoupledWeightDecay = o.Flag("decoupled_weight_decay"),
            }),
            "radam" => new RAdam(parameters, new RAdamOptions
            {
                LearningRate = rate,
                Beta1 = o.Numbers("betas")[0],
                Beta2 = o.Numbers("betas")[1],
                Epsilon = o.Number("eps"),
                WeightDecay = decay,
                DecoupledWeightDecay = o.Flag("decoupled_weight_decay"),
            }),
            "asgd" => new ASGD(parameters, rate, o.Number("lambd"), o.Number("alpha"), o.Number("t0"), decay),
            "rprop" => new Rprop(
                parameters, rate, o.Numbers("etas")[0], o.Numbers("etas")[1], o.Numbers("step_sizes")[0], o.Numbers("step_sizes")[1], decay),
            _ => throw new ArgumentException($"No rule for '{kind}'.", nameof(kind)),
        };
    }
}

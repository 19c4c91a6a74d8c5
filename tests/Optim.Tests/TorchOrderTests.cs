using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>
/// Arguments without names mean what they mean in PyTorch (a pair of betas, etas or step sizes written as two numbers), so that nobody who
/// brings a line along gets another rule without being told.
/// </summary>
public class TorchOrderTests
{
    private static readonly Parameter[] s_vector = [new(Tensor.Ones(3, device: Device.Cpu))];
    private static readonly Parameter[] s_matrix = [new(Tensor.Ones([2, 2], device: Device.Cpu))];

    // The call, and the options it stands for. The order is that of the constructors of torch.optim 2.6; of Muon, that of 2.9, of
    // schedule-free AdamW and of Lion, that of their authors' packages.
    private static readonly Dictionary<string, (Optimizer Called, OptimizerOptions Meant)> s_calls = new()
    {
        ["SGD(lr, momentum, dampening, weight_decay)"] = (
            new SGD(s_vector, 0.1, 0.2, 0.3, 0.4), new SGDOptions { LearningRate = 0.1, Momentum = 0.2, Dampening = 0.3, WeightDecay = 0.4 }),
        ["SGD(lr, momentum, dampening, weight_decay, nesterov)"] = (
            new SGD(s_vector, 0.1, 0.2, 0, 0.4, true), new SGDOptions { LearningRate = 0.1, Momentum = 0.2, WeightDecay = 0.4, Nesterov = true }),
        ["Adam(lr, betas, eps, weight_decay, amsgrad)"] = (
            new Adam(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5, true),
            new AdamOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, Epsilon = 0.4, WeightDecay = 0.5, AMSGrad = true }),
        ["AdamW(lr, betas, eps, weight_decay, amsgrad)"] = (
            new AdamW(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5, true),
            new AdamWOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, Epsilon = 0.4, WeightDecay = 0.5, AMSGrad = true }),
        ["Adamax(lr, betas, eps, weight_decay)"] = (
            new Adamax(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5),
            new AdamaxOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, Epsilon = 0.4, WeightDecay = 0.5 }),
        ["NAdam(lr, betas, eps, weight_decay, momentum_decay)"] = (
            new NAdam(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
            new NAdamOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, Epsilon = 0.4, WeightDecay = 0.5, MomentumDecay = 0.6 }),
        ["RAdam(lr, betas, eps, weight_decay)"] = (
            new RAdam(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5),
            new RAdamOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, Epsilon = 0.4, WeightDecay = 0.5 }),
        ["RMSprop(lr, alpha, eps, weight_decay, momentum, centered)"] = (
            new RMSProp(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5, true),
            new RMSPropOptions { LearningRate = 0.1, Alpha = 0.2, Epsilon = 0.3, WeightDecay = 0.4, Momentum = 0.5, Centered = true }),
        ["Rprop(lr, etas, step_sizes)"] = (
            new Rprop(s_vector, 0.1, 0.2, 1.3, 0.4, 5),
            new RpropOptions { LearningRate = 0.1, Lower = 0.2, Raise = 1.3, Smallest = 0.4, Largest = 5 }),
        ["Adagrad(lr, lr_decay, weight_decay, initial_accumulator_value, eps)"] = (
            new Adagrad(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5),
            new AdagradOptions { LearningRate = 0.1, LearningRateDecay = 0.2, WeightDecay = 0.3, InitialAccumulator = 0.4, Epsilon = 0.5 }),
        ["Adadelta(lr, rho, eps, weight_decay)"] = (
            new Adadelta(s_vector, 0.1, 0.2, 0.3, 0.4), new AdadeltaOptions { LearningRate = 0.1, Rho = 0.2, Epsilon = 0.3, WeightDecay = 0.4 }),
        ["ASGD(lr, lambd, alpha, t0, weight_decay)"] = (
            new ASGD(s_vector, 0.1, 0.2, 0.3, 4, 0.5),
            new ASGDOptions { LearningRate = 0.1, Lambda = 0.2, Alpha = 0.3, AveragingStart = 4, WeightDecay = 0.5 }),
        ["LBFGS(lr, max_iter, max_eval, tolerance_grad, tolerance_change, history_size)"] = (
            new LBFGS(s_vector, 0.1, 2, 3, 0.4, 0.5, 6),
            new LBFGSOptions
            {
                LearningRate = 0.1,
                Iterations = 2,
                Evaluations = 3,
                GradientTolerance = 0.4,
                ChangeTolerance = 0.5,
                HistorySize = 6,
            }),
        ["Muon(lr, weight_decay, momentum, nesterov)"] = (
            new Muon(s_matrix, 0.1, 0.2, 0.3, false), new MuonOptions { LearningRate = 0.1, WeightDecay = 0.2, Momentum = 0.3, Nesterov = false }),
        ["Lion(lr, betas, weight_decay)"] = (
            new Lion(s_vector, 0.1, 0.2, 0.3, 0.4), new LionOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, WeightDecay = 0.4 }),
        ["AdamWScheduleFree(lr, betas, eps, weight_decay, warmup_steps)"] = (
            new ScheduleFreeAdamW(s_vector, 0.1, 0.2, 0.3, 0.4, 0.5, 6),
            new ScheduleFreeAdamWOptions { LearningRate = 0.1, Beta1 = 0.2, Beta2 = 0.3, Epsilon = 0.4, WeightDecay = 0.5, WarmupSteps = 6 }),
    };

    public static TheoryData<string> Calls => [.. s_calls.Keys];

    [Theory]
    [MemberData(nameof(Calls))]
    public void Positions_are_those_of_torch_optim(string call) =>
        Assert.Equal(s_calls[call].Meant, s_calls[call].Called.Groups[0].GetType().GetProperty("Options")!.GetValue(s_calls[call].Called.Groups[0]));
}

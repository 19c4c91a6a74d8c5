namespace DeepSharp.Optim;

/// <summary>
/// <see cref="Adam"/> with decoupled weight decay: w ← w (1 - learningRate weightDecay) before the step, instead of a term in the
/// gradient. Loshchilov, Hutter 2019; torch.optim.AdamW.
/// </summary>
/// <param name="parameters">The parameters to train.</param>
/// <param name="learningRate">About how far a step goes.</param>
/// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
/// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
/// <param name="epsilon">Keeps the divisor from zero.</param>
/// <param name="weightDecay">The strength of the decay.</param>
/// <param name="amsGrad">Whether the largest mean squared gradient so far divides.</param>
public sealed class AdamW(
    IEnumerable<Parameter> parameters,
    double learningRate = 1e-3,
    double beta1 = 0.9,
    double beta2 = 0.999,
    double epsilon = 1e-8,
    double weightDecay = 1e-2,
    bool amsGrad = false)
    : Adam(parameters, learningRate, beta1, beta2, epsilon, weightDecay, amsGrad, decoupled: true);

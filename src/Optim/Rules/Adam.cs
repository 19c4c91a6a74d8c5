namespace DeepSharp.Optim;

/// <summary>
/// Adam: m ← beta1 m + (1 - beta1) g, v ← beta2 v + (1 - beta2) g², w ← w - learningRate (m / (1 - beta1^t)) / (sqrt(v / (1 -
/// beta2^t)) + epsilon).
/// </summary>
/// <remarks>
/// Epsilon may stand inside the root. Weight decay adds weightDecay w to g; for decay that the averages do not see, use
/// <see cref="AdamW"/>. With AMSGrad the largest v so far divides. State: mean (m), square (v), and largest with AMSGrad. Sources:
/// Kingma, Ba 2015; Reddi, Kale, Kumar 2018; torch.optim.Adam.
/// </remarks>
public sealed class Adam : Optimizer<AdamOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The factor of w that is added to the gradient.</param>
    /// <param name="amsGrad">Whether the largest mean squared gradient so far divides.</param>
    /// <param name="epsilonPlacement">Where epsilon stands.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public Adam(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 0,
        bool amsGrad = false,
        EpsilonPlacement epsilonPlacement = EpsilonPlacement.OutsideRoot)
        : this(parameters, new AdamOptions
        {
            LearningRate = learningRate,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            WeightDecay = weightDecay,
            AMSGrad = amsGrad,
            EpsilonPlacement = epsilonPlacement,
        })
    {
    }

    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="options">The hyper-parameters.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is given twice.</exception>
    public Adam(IEnumerable<Parameter> parameters, AdamOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(AdamOptions options) => AdamRules.StateNames(options);

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<AdamOptions> group, UpdateRun run) => AdamRules.Run(group.Options, group.StepCount, run);
}

namespace DeepSharp.Optim;

/// <summary>
/// <see cref="Adam"/> with decoupled weight decay: w ← w (1 - learningRate weightDecay) before the step, instead of a term in the
/// gradient.
/// </summary>
/// <remarks>State: mean, square, and largest with AMSGrad. Sources: Loshchilov, Hutter 2019; torch.optim.AdamW.</remarks>
public sealed class AdamW : Optimizer<AdamWOptions>
{
    /// <summary>An optimizer of parameters.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="learningRate">About how far a step goes.</param>
    /// <param name="beta1">How much of the mean gradient stays, in [0, 1).</param>
    /// <param name="beta2">How much of the mean squared gradient stays, in [0, 1).</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="weightDecay">The strength of the decay.</param>
    /// <param name="amsGrad">Whether the largest mean squared gradient so far divides.</param>
    /// <param name="epsilonPlacement">Where epsilon stands.</param>
    /// <exception cref="ArgumentException">A value is out of range, there is no parameter, or one is given twice.</exception>
    public AdamW(
        IEnumerable<Parameter> parameters,
        double learningRate = 1e-3,
        double beta1 = 0.9,
        double beta2 = 0.999,
        double epsilon = 1e-8,
        double weightDecay = 1e-2,
        bool amsGrad = false,
        EpsilonPlacement epsilonPlacement = EpsilonPlacement.OutsideRoot)
        : this(parameters, new AdamWOptions
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
    public AdamW(IEnumerable<Parameter> parameters, AdamWOptions options)
        : base(parameters, options)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames(AdamWOptions options) => AdamRules.StateNames(options);

    /// <inheritdoc/>
    protected override void Update(ParameterGroup<AdamWOptions> group, UpdateRun run) => AdamRules.Run(group.Options, group.StepCount, run);
}

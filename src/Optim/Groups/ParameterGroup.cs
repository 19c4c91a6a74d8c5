namespace DeepSharp.Optim;

/// <summary>Parameters that an optimizer treats alike.</summary>
public abstract class ParameterGroup
{
    private protected ParameterGroup(IReadOnlyList<Parameter> parameters)
    {
        Parameters = parameters;
    }

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The steps the group has taken part in.</summary>
    public long StepCount { get; internal set; }

    /// <summary>
    /// How far the next step goes; may be changed between steps, which sets <see cref="BaseLearningRate"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double LearningRate
    {
        get => CommonOptions.LearningRate;
        set
        {
            SetBaseRate(value);
            RateChanged?.Invoke();
        }
    }

    /// <summary>The learning rate that a schedule starts from: the last one that was set.</summary>
    public double BaseLearningRate { get; private protected set; }

    /// <summary>The strength of the weight decay; may be changed between steps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    /// <exception cref="ArgumentException">The rule has no weight decay beside the loss.</exception>
    public double WeightDecay
    {
        get => CommonOptions.WeightDecay;
        set => ChangeOptions(CommonOptions with { WeightDecay = value });
    }

    /// <summary>Whether steps climb instead of descending (<see cref="OptimizerOptions.Maximize"/>); may be changed between steps.</summary>
    public bool Maximize
    {
        get => CommonOptions.Maximize;
        set => ChangeOptions(CommonOptions with { Maximize = value });
    }

    /// <summary>How many parameters there are, and their hyper-parameters.</summary>
    public override string ToString() => $"{Parameters.Count} parameters {{ {CommonOptions.Values} }}";

    /// <summary>The hyper-parameters that every rule has, and how to copy the others.</summary>
    internal abstract OptimizerOptions CommonOptions { get; set; }

    /// <summary>The stretches of flat memory that hold the parameters, with their gradients and state: one as a rule.</summary>
    public IReadOnlyList<UpdateRun> Runs => RunList;

    /// <summary>The same, to be added to.</summary>
    internal List<UpdateRun> RunList { get; } = [];

    /// <summary>Numbers a rule keeps from step to step besides the counts, by name: saved with the state.</summary>
    internal Dictionary<string, double> Numbers { get; } = [];

    /// <summary>The momentum that a schedule starts from, while one moves it.</summary>
    internal double? BaseMomentum { get; set; }

    /// <summary>This group's rate in terms of the first group's, for <see cref="Optimizer.LearningRate"/>.</summary>
    internal double RateRatio { get; set; } = double.NaN;

    internal Action? RateChanged { get; set; }

    /// <summary>Checks and takes other options of the same rule.</summary>
    internal abstract void ChangeOptions(OptimizerOptions options);

    /// <summary>Sets the rate for now, as a schedule does.</summary>
    internal void SetRate(double value) => CommonOptions = CommonOptions with { LearningRate = value };

    /// <summary>Sets the rate and what schedules start from, without telling the optimizer.</summary>
    internal void SetBaseRate(double value)
    {
        SetRate(value);
        BaseLearningRate = value;
    }

    /// <summary>Sets the momentum for now, as a schedule does.</summary>
    /// <remarks>
    /// A momentum of 0 is a rule without momentum, and without its state, to most options: the least number stands for it. It leaves
    /// nothing of the state.
    /// </remarks>
    internal void SetMomentum(double value)
    {
        OptimizerOptions options = CommonOptions.WithMomentumCoefficient(value);
        ChangeOptions(options.MomentumCoefficient is null ? options.WithMomentumCoefficient(double.Epsilon) : options);
    }
}

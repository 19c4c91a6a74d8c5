namespace DeepSharp.Optim;

/// <summary>Parameters that an optimizer treats alike, with the hyper-parameters of its rule.</summary>
/// <typeparam name="TOptions">The rule's hyper-parameters.</typeparam>
public sealed class ParameterGroup<TOptions> : ParameterGroup
    where TOptions : OptimizerOptions
{
    private readonly Func<TOptions, IReadOnlyList<string>> _stateNames;
    private TOptions _options;

    internal ParameterGroup(IReadOnlyList<Parameter> parameters, TOptions options, Func<TOptions, IReadOnlyList<string>> stateNames)
        : base(parameters)
    {
        _options = options;
        _stateNames = stateNames;
        BaseLearningRate = options.LearningRate;
    }

    /// <summary>
    /// The hyper-parameters. They may be changed between steps, <c>group.Options = group.Options with { Beta1 = 0.85 }</c>, as long
    /// as the rule needs the same state.
    /// </summary>
    /// <exception cref="ArgumentException">The options do not fit together, or need other state.</exception>
    public TOptions Options
    {
        get => _options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            if (!_stateNames(value).SequenceEqual(_stateNames(_options)))
            {
                throw new ArgumentException(
                    $"{value.Rule}: the new options need the state [{string.Join(", ", _stateNames(value))}], the group has "
                    + $"[{string.Join(", ", _stateNames(_options))}]. Make another optimizer.",
                    nameof(value));
            }

            double before = _options.LearningRate;
            _options = value;
            if (before != value.LearningRate)
            {
                BaseLearningRate = value.LearningRate;
                RateChanged?.Invoke();
            }
        }
    }

    internal override OptimizerOptions CommonOptions
    {
        get => _options;
        set => _options = (TOptions)value;
    }

    internal override void ChangeOptions(OptimizerOptions options) => Options = (TOptions)options;
}

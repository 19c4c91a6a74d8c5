using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Changes parameters along their gradients.</summary>
/// <remarks>
/// The parameters are packed into one flat arena and their gradients into another, so that a step, and zeroing the gradients, is
/// one launch each, whatever the number of tensors. State lives beside the arena and belongs to no scope. Parameters that are
/// frozen when the optimizer is made are left out.
/// </remarks>
public abstract partial class Optimizer
{
    private readonly List<ParameterRun> _runs;
    private readonly Tensor[][] _state;
    private double _learningRate;

    private protected Optimizer(IEnumerable<Parameter> parameters, double learningRate, int slots)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameter[] trained = [.. parameters.Where(static parameter => parameter.IsTrainable)];
        if (trained.Length == 0)
        {
            throw new ArgumentException($"{GetType().Name}: there is no parameter to train.", nameof(parameters));
        }

        if (trained.Distinct().Count() != trained.Length)
        {
            throw new ArgumentException($"{GetType().Name}: a parameter is given twice.", nameof(parameters));
        }

        LearningRate = learningRate;
        _runs = ParameterArena.Pack(trained);
        using TensorScope.Suspension suspension = TensorScope.Suspend();
        _state = [.. _runs.Select(run => Enumerable.Range(0, slots)
            .Select(_ => Tensor.Zeros(run.Length, run.Arena.Values.DType, run.Arena.Values.Device)).ToArray())];
    }

    /// <summary>How far the next step goes. Setting it sets <see cref="BaseLearningRate"/>, from which a schedule computes its rates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public double LearningRate
    {
        get => _learningRate;
        set
        {
            _learningRate = _baseRate = value >= 0 && double.IsFinite(value)
                ? value
                : throw new ArgumentOutOfRangeException(
                    nameof(value), value, $"{GetType().Name}: the learning rate must be finite and not negative.");
            FollowSchedule();
        }
    }

    /// <summary>The number of steps made.</summary>
    public long StepCount { get; private set; }

    /// <summary>Makes a step with the gradients that backward passes have added up.</summary>
    public void Step()
    {
        StepCount++;
        for (int i = 0; i < _runs.Count; i++)
        {
            Span<Operand> state = new Operand[_state[i].Length];
            for (int slot = 0; slot < state.Length; slot++)
            {
                state[slot] = _state[i][slot].Operand;
            }

            Update(_runs[i].Values, _runs[i].Gradients, state);
        }

        FollowSchedule();
    }

    /// <summary>Sets the gradients of all parameters to zero.</summary>
    public void ZeroGradients()
    {
        foreach (ParameterRun run in _runs)
        {
            Fill.Zero(run.Gradients);
        }
    }

    /// <summary>Runs the rule over one stretch of an arena.</summary>
    private protected abstract void Update(in Operand values, in Operand gradients, ReadOnlySpan<Operand> state);

    private protected static double InUnit(string owner, string name, double value) => value >= 0 && value < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{owner}: {name} must be in [0, 1).");

    private protected static double NotNegative(string owner, string name, double value) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{owner}: {name} must be finite and not negative.");
}

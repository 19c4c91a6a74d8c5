using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>A mean of the weights over training, kept beside them: often better than the last weights.</summary>
/// <remarks>
/// Call <see cref="Update()"/> after the steps that are to count: one launch for each stretch of an arena. Evaluate inside
/// <c>using (average.Swap()) { … }</c>, or take the mean over with <see cref="CopyToParameters"/>. Parameters only: running statistics of
/// batch norm belong to the weights they were collected with; collect them again with the mean in place.
/// </remarks>
public abstract class WeightAverage
{
    private const string Count = "updates";
    private readonly List<UpdateRun> _runs;
    private readonly Parameter[] _parameters;

    private protected WeightAverage(IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = [.. parameters.Distinct()];
        Array.ForEach(_parameters, static parameter => ArgumentNullException.ThrowIfNull(parameter, nameof(parameters)));
        if (_parameters.Length == 0)
        {
            throw new ArgumentException($"{GetType().Name}: there is no parameter.", nameof(parameters));
        }

        _runs = [.. ParameterArena.Pack(_parameters).Select(static run => new UpdateRun(run, 1, static _ => 0) { IncludesFrozen = true })];
        foreach (UpdateRun run in _runs)
        {
            StridedCopy.Run(run.StateOperands[0], run.Values);
        }
    }

    /// <summary>The weights that have been taken in.</summary>
    public long Updates { get; private set; }

    /// <summary>Takes the present weights into the mean.</summary>
    public void Update()
    {
        Updates++;
        foreach (UpdateRun run in _runs)
        {
            Update(run);
        }
    }

    /// <summary>Puts the mean in place of the parameters until the result is disposed.</summary>
    /// <remarks>Swaps of the same parameters, of this mean or others, may be open at once and end in any order.</remarks>
    public WeightSwap Swap() => new(_runs, static run => run.StateOperands[0]);

    /// <summary>Overwrites the parameters with the mean.</summary>
    public void CopyToParameters()
    {
        foreach (UpdateRun run in _runs)
        {
            run.CountChange();
            StridedCopy.Run(run.Values, run.StateOperands[0]);
        }
    }

    /// <summary>What has to be saved to go on later: <c>average.{index}</c> for each parameter, and the number of updates.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        Dictionary<string, Tensor> state = [];
        for (int i = 0; i < _parameters.Length; i++)
        {
            state.Add($"average.{i}", Average(_parameters[i]));
        }

        state.Add(Count, Tensor.Scalar(Updates, DType.Int64, Device.Cpu));
        return state;
    }

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="state">What <see cref="State"/> gave for the same parameters.</param>
    /// <exception cref="ArgumentException">A name is missing or unknown, a value is null or freed, a shape differs, or the number of updates is
    /// impossible; nothing has been changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<string> faults = SavedState.Faults(
            [.. _parameters.Select(static (parameter, i) => ($"average.{i}", (Shape?)parameter.Shape)), (Count, null)], state);
        if (state.TryGetValue(Count, out Tensor? number) && SavedState.Fault(Count, null, number) is null
            && number.Item() is var count && !SavedState.IsCount(count))
        {
            faults.Add($"{Count} is {count}");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"{GetType().Name}.LoadState: the state is of another model: {string.Join("; ", faults.Take(10))}.", nameof(state));
        }

        SavedState.Copy([.. _parameters.Select((parameter, i) => (Average(parameter), state[$"average.{i}"]))]);
        Updates = (long)state[Count].Item();
    }

    private protected abstract void Update(UpdateRun run);

    private Tensor Average(Parameter parameter)
    {
        UpdateRun run = _runs.Find(run => run.Run.Members.Contains(parameter))!;
        return run.View(run.State[0], parameter);
    }
}

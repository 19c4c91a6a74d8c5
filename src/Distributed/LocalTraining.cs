using System.Diagnostics;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Distributed;

/// <summary>Ranks that train by themselves and meet seldom: after so many steps they average their weights, or make an outer step by what they have moved.</summary>
/// <remarks>
/// <para>Between meetings nothing is exchanged, so that slow networks do: with 100 steps between meetings it is a hundredth of what
/// <see cref="DataParallel"/> exchanges. Averaged weights are local SGD (Stich 2019). With an outer step it is DiLoCo (Douillard et al. 2023): d = w - mean of
/// the ranks' weights, where w are those of the last meeting; m ← momentum m + d; w ← w - rate (d + momentum m), Nesterov's form. It is the heir of DistBelief's Downpour
/// (Dean et al. 2012) without its server, and without its gradients that are out of date.</para>
/// <para>With <c>Fit</c>, pass it as <c>parallel</c>, and as one of the callbacks, so that checkpoints hold it. Ranks meet before the network is evaluated or saved as well. The state of
/// the optimizer inside stays each rank's own; a checkpoint has that of rank 0.</para>
/// </remarks>
/// <example><code>
/// using LocalTraining parallel = new(Communicator.World, model, optimizer, steps: 50, outerRate: 0.7, outerMomentum: 0.9);
/// model.Fit(data, optimizer, epochs: 5, batchSize: 256, parallel: parallel, callbacks: [parallel]);
/// </code></example>
public sealed class LocalTraining : ParallelTraining, ICallback
{
    private readonly int _steps;
    private readonly double _rate;
    private readonly double _momentum;
    private readonly List<(UpdateRun Run, float[] Weights, float[] Momentum)> _outer = [];
    private int _since;

    /// <summary>Gives all ranks the parameters and buffers of rank 0, which train by themselves from now on.</summary>
    /// <param name="communicator">The ranks.</param>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">The optimizer of its parameters, of Float32, with all of its groups.</param>
    /// <param name="steps">The steps between two meetings.</param>
    /// <param name="outerRate">How far the outer step goes; 1 without momentum is the average of the weights. DiLoCo's is 0.7.</param>
    /// <param name="outerMomentum">The momentum of outer steps, in [0, 1). DiLoCo's is 0.9.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">Parameters are not of Float32.</exception>
    public LocalTraining(Communicator communicator, Module model, Optimizer optimizer, int steps, double outerRate = 1, double outerMomentum = 0)
        : base(communicator, model, optimizer, LearningRateScaling.None)
    {
        Require(steps >= 1, nameof(steps), steps, "at least 1");
        Require(outerRate > 0 && double.IsFinite(outerRate), nameof(outerRate), outerRate, "above 0 and finite");
        Require(outerMomentum is >= 0 and < 1, nameof(outerMomentum), outerMomentum, "in [0, 1)");
        (_steps, _rate, _momentum) = (steps, outerRate, outerMomentum);
        foreach (UpdateRun run in optimizer.Groups.SelectMany(static group => group.Runs))
        {
            if (run.DType != DType.Float32)
            {
                throw new ArgumentException($"LocalTraining: parameters of {run.DType} are not averaged. Train in Float32.", nameof(optimizer));
            }

            _outer.Add((run, run.ValuesAt(0, run.Length).ToArray<float>(), new float[run.Length]));
        }

        optimizer.Stepped += Count;
    }

    /// <summary>The meetings so far.</summary>
    public long Meetings { get; private set; }

    /// <summary>Averages the weights, or makes the outer step, now.</summary>
    public void Meet()
    {
        _since = 0;
        Meetings++;
        foreach ((UpdateRun run, float[] weights, float[] momentum) in _outer)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor values = run.ValuesAt(0, run.Length);
            BytesExchanged += (long)run.Length * run.DType.Size;
            long began = Stopwatch.GetTimestamp();
            Communicator.AllReduce(values);
            SecondsWaited += Stopwatch.GetElapsedTime(began).TotalSeconds;
            float[] sums = values.ToArray<float>();
            for (int i = 0; i < sums.Length; i++)
            {
                double step = weights[i] - ((double)sums[i] / Size);
                double heap = (_momentum * momentum[i]) + step;
                momentum[i] = (float)heap;
                weights[i] = (float)(weights[i] - (_rate * (step + (_momentum * heap))));
            }

            values.CopyFrom((ReadOnlySpan<float>)weights);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Weights that have been loaded are those that the next meeting is measured from.</remarks>
    public override void Begin(Module model, Optimizer optimizer)
    {
        base.Begin(model, optimizer);
        _since = 0;
        foreach ((UpdateRun run, float[] weights, float[] _) in _outer)
        {
            run.ValuesAt(0, run.Length).CopyTo<float>(weights);
        }
    }

    /// <inheritdoc/>
    public override void Align(Module model)
    {
        if (_since > 0)
        {
            Meet();
        }

        base.Align(model);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        Dictionary<string, Tensor> state = new() { ["meetings"] = Tensor.Scalar(Meetings, DType.Int64, Device.Cpu) };
        for (int i = 0; i < _outer.Count; i++)
        {
            state.Add($"momentum.{i}", Tensor.From(_outer[i].Momentum, Device.Cpu));
        }

        return state;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is missing, or of another network.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!state.ContainsKey("meetings") || _outer.Where((outer, i) => !state.TryGetValue($"momentum.{i}", out Tensor? saved) || saved.Count != outer.Momentum.Length).Any())
        {
            throw new ArgumentException("LocalTraining.LoadState: the state is of another network, or has no meetings. Load what State gave.", nameof(state));
        }

        Meetings = (long)state["meetings"].Item();
        for (int i = 0; i < _outer.Count; i++)
        {
            state[$"momentum.{i}"].To(DType.Float32).CopyTo<float>(_outer[i].Momentum);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Optimizer.Stepped -= Count;
        base.Dispose(disposing);
    }

    private static void Require(bool holds, string name, double value, string allowed)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, $"LocalTraining: {name} must be {allowed}, not {value}.");
        }
    }

    private void Count(object? sender, EventArgs step)
    {
        if (++_since >= _steps)
        {
            Meet();
        }
    }
}

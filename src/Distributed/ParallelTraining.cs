using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Training;

namespace DeepSharp.Distributed;

/// <summary>Several ranks that train one network: what <see cref="DataParallel"/> and <see cref="LocalTraining"/> have in common.</summary>
/// <remarks>When it is made, all ranks are given the parameters and buffers of rank 0, and each draws its random numbers (dropout) from a part of
/// <see cref="Generator.Default"/> of its own.</remarks>
public abstract class ParallelTraining : IParallelTraining, IDisposable
{
    // Ranks draw from one stream, so far apart that they never meet.
    private const int StreamBits = 44;

    private readonly AverageOp _average;

    private protected ParallelTraining(Communicator communicator, Module model, Optimizer optimizer, LearningRateScaling scaling)
    {
        ArgumentNullException.ThrowIfNull(communicator);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        (Communicator, Model, Optimizer) = (communicator, model, optimizer);
        _average = new AverageOp(communicator);
        Broadcast(model.State().Values);
        AlignRandom(model);
        optimizer.LearningRate *= scaling switch
        {
            LearningRateScaling.None => 1,
            LearningRateScaling.Linear => Size,
            LearningRateScaling.SquareRoot => Math.Sqrt(Size),
            _ => throw new ArgumentOutOfRangeException(nameof(scaling), $"{GetType().Name}: use None, Linear or SquareRoot, not {scaling}."),
        };
    }

    /// <inheritdoc/>
    public int Rank => Communicator.Rank;

    /// <inheritdoc/>
    public int Size => Communicator.Size;

    /// <summary>Whether this rank prints and writes files: the first.</summary>
    public bool IsPrimary => Rank == 0;

    /// <inheritdoc/>
    public bool Synchronizes { get; set; } = true;

    /// <summary>The bytes that this rank has given to exchanges of gradients and parameters.</summary>
    public long BytesExchanged { get; private protected set; }

    /// <summary>The seconds that this rank has waited for them, which nothing else was done in.</summary>
    public double SecondsWaited { get; private protected set; }

    /// <summary>The ranks.</summary>
    protected Communicator Communicator { get; }

    private protected Module Model { get; }

    private protected Optimizer Optimizer { get; }

    /// <summary>This rank's rows of each batch, for a loop by hand: <c>foreach (Batch batch in parallel.Share(data.Batches(256)))</c>.</summary>
    /// <remarks>Where batches do not divide evenly, <c>(loss * batch.Weight).Backward()</c> makes the mean over all rows right.</remarks>
    /// <param name="batches">Batches of all ranks together.</param>
    public BatchSequence Share(BatchSequence batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        return batches.Share(Rank, Size);
    }

    /// <summary>Adds up what all ranks have collected in a metric: each has it all afterwards.</summary>
    /// <param name="metric">The metric.</param>
    public void AddUp(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        AddUp(metric.State, metric.Reset, metric.Add);
    }

    /// <summary>Adds up what all ranks have collected in a mean: each has it all afterwards.</summary>
    /// <param name="mean">The mean.</param>
    public void AddUp(RunningMean mean)
    {
        ArgumentNullException.ThrowIfNull(mean);
        AddUp(mean.State, mean.Reset, mean.Add);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">It is another network, or another optimizer, than this was made for.</exception>
    public virtual void Begin(Module model, Optimizer optimizer)
    {
        if (!ReferenceEquals(model, Model) || !ReferenceEquals(optimizer, Optimizer))
        {
            throw new ArgumentException(
                $"{GetType().Name}: was made for another {(ReferenceEquals(model, Model) ? "optimizer" : "network")} than Fit trains. Make it of those that Fit is given.");
        }

        Broadcast(model.State().Values);
        AlignRandom(model);
    }

    /// <inheritdoc/>
    public virtual void Align(Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Broadcast(model.NamedBuffers().Select(static buffer => buffer.Value));
        AlignRandom(model);
    }

    /// <inheritdoc/>
    public Tensor Average(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        return _average.Apply(loss);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Gather(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. Communicator.AllGather(StateBytes.Of(state)).Select(StateBytes.Read)];
    }

    /// <inheritdoc/>
    public bool Any(bool value)
    {
        Span<double> flag = [value ? 1 : 0];
        Communicator.AllReduce(flag, Reduction.Max);
        return flag[0] != 0;
    }

    /// <summary>Takes part in no further training.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes part in no further training.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    private void Broadcast(IEnumerable<Tensor> values)
    {
        foreach (Exchange exchange in values.Select(value => Communicator.StartBroadcast(value)).ToArray())
        {
            exchange.Wait();
        }
    }

    private void AlignRandom(Module model)
    {
        Generator[] generators = [Generator.Default, .. new TrainingCheckpoint(model).Generators];
        using TensorScope scope = Tensor.Scope();
        Tensor positions = Tensor.From([.. generators.Select(static generator => (long)generator.Position)], Device.Cpu);
        Communicator.Broadcast(positions);
        foreach ((Generator generator, long position) in generators.Zip(positions.ToArray<long>()))
        {
            generator.Position = (ulong)position + ((ulong)Rank << StreamBits);
        }
    }

    // The value is everybody's, the gradient one's own: the means of gradients are made where they arrive.
    private sealed class AverageOp(Communicator communicator) : CustomOp
    {
        public override string Name => "Average";

        protected override Tensor Forward(CustomContext context, IReadOnlyList<Tensor> inputs)
        {
            Span<double> value = [inputs[0].Item()];
            communicator.AllReduce(value);
            return Tensor.Full(inputs[0].Shape, value[0] / communicator.Size, inputs[0].DType, inputs[0].Device);
        }

        protected override IReadOnlyList<Tensor?> Backward(CustomContext context, Tensor gradient) => [gradient.Clone()];
    }

    private void AddUp(Func<IReadOnlyDictionary<string, Tensor>> collected, Action reset, Action<IReadOnlyDictionary<string, Tensor>> add)
    {
        using TensorScope scope = Tensor.Scope();
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>> states = Gather(collected());
        reset();
        foreach (IReadOnlyDictionary<string, Tensor> state in states)
        {
            add(state);
        }
    }
}

using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Training;

/// <summary>What <c>Fit</c> asks of whoever trains one network on several processes, such as DeepSharp.Distributed's <c>DataParallel</c>.</summary>
/// <remarks>
/// <para>Each process calls <c>Fit</c> with the same arguments. Of each batch a process computes its share (<see cref="Data.BatchSequence.Share"/>), and the
/// gradients that its backward passes leave are the means over all processes: that is for the implementation to see to. Loss and metrics are added up over
/// the processes, so that all of them see the same values, and stop, save and change rates together. The first process alone writes.</para>
/// <para>Members are called by all processes in the same order.</para>
/// </remarks>
public interface IParallelTraining
{
    /// <summary>The number of this process, from 0. The first one writes.</summary>
    int Rank { get; }

    /// <summary>The number of processes.</summary>
    int Size { get; }

    /// <summary>Whether a backward pass leaves the mean of the gradients of all processes, as it does at first; not while gradients of several batches are added
    /// up for a step.</summary>
    bool Synchronizes { get; set; }

    /// <summary>A training begins or goes on: gives all processes the parameters of the first.</summary>
    /// <param name="model">The network.</param>
    /// <param name="optimizer">Its optimizer.</param>
    void Begin(Module model, Optimizer optimizer);

    /// <summary>Gives all processes the buffers of the first, such as the statistics of batch norm, and sets random numbers to where they are on the first, each
    /// process to a part of the stream of its own. Called before the network is evaluated or saved.</summary>
    /// <param name="model">The network.</param>
    void Align(Module model);

    /// <summary>The mean of all processes' losses, equal on all, whose gradient is that of this process's own.</summary>
    /// <param name="loss">One element.</param>
    Tensor Average(Tensor loss);

    /// <summary>The states of all processes, by their numbers; names, shapes and element types may differ.</summary>
    /// <param name="state">This process's.</param>
    IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Gather(IReadOnlyDictionary<string, Tensor> state);

    /// <summary>Whether any process says so.</summary>
    /// <param name="value">Whether this one does.</param>
    bool Any(bool value);
}

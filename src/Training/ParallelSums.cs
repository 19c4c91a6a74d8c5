namespace DeepSharp.Training;

/// <summary>Losses and metrics of several processes.</summary>
internal static class ParallelSums
{
    /// <summary>Adds up what all processes have collected: each has the same sums, to the bit, afterwards.</summary>
    internal static void Add(this IParallelTraining parallel, RunningMean loss, IReadOnlyList<Metric> metrics)
    {
        using TensorScope scope = Tensor.Scope();
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>> states = parallel.Gather(loss.State());
        loss.Reset();
        foreach (IReadOnlyDictionary<string, Tensor> state in states)
        {
            loss.Add(state);
        }

        foreach (Metric metric in metrics)
        {
            states = parallel.Gather(metric.State());
            metric.Reset();
            foreach (IReadOnlyDictionary<string, Tensor> state in states)
            {
                metric.Add(state);
            }
        }
    }
}

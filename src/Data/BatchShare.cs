namespace DeepSharp.Data;

/// <summary>Which rows of each batch are one worker's; all of them by default.</summary>
/// <param name="Worker">The worker, from 0.</param>
/// <param name="Workers">How many there are; 0 as 1.</param>
internal readonly record struct BatchShare(int Worker, int Workers)
{
    /// <summary>The rows of a batch that are the worker's, and how much their mean counts in the mean over the workers.</summary>
    /// <param name="rows">The rows of the whole batch.</param>
    internal (int Start, int Rows, double Weight) Of(int rows)
    {
        if (Workers <= 1)
        {
            return (0, rows, 1);
        }

        int start = (int)((long)rows * Worker / Workers);
        int own = (int)((long)rows * (Worker + 1) / Workers) - start;

        // Somebody without a row computes one that does not count: workers do the same, so that none waits for another.
        return own == 0 ? (0, 1, 0) : (start, own, (double)own * Workers / rows);
    }

    /// <summary>In words, behind the batches.</summary>
    public override string ToString() => Workers <= 1 ? string.Empty : $", share {Worker} of {Workers}";
}

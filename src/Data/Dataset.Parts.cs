namespace DeepSharp.Data;

/// <content>Parts, folds and weights.</content>
public sealed partial class Dataset
{
    // Keeps the permutations of classes apart from those of splits.
    private const ulong ClassStream = 1UL << 63;

    /// <summary>The first samples.</summary>
    /// <param name="count">How many at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Dataset Take(int count)
    {
        Bounds.AtLeast(0, count, nameof(Take));
        int first = Math.Min(count, Count);
        return _store.Shortened(first) is { } shorter ? With(shorter, Selection.All(first), _epochs) : Of(_selection.Part(0, first));
    }

    /// <summary>The samples from a number on.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not all inside.</exception>
    /// <exception cref="InvalidOperationException">The samples come from a stream.</exception>
    public Dataset Slice(int start, int count)
    {
        _store.RequirePlaces(nameof(Slice));
        return start >= 0 && count >= 0 && count <= Count - start
            ? Of(_selection.Part(start, count))
            : throw new ArgumentOutOfRangeException(nameof(start), $"Dataset: {count} samples from {start} on are not inside 0..{Count}.");
    }

    /// <summary>Two parts of randomly chosen samples, such as for training and validation.</summary>
    /// <param name="fraction">The share of the first part, in (0, 1).</param>
    /// <param name="seed">The seed of the choice.</param>
    /// <param name="stratify">Whether each class has that share in both parts, but for one sample: targets are labels then.</param>
    /// <returns>The parts; together they are all samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is outside (0, 1).</exception>
    /// <exception cref="InvalidOperationException">The samples come from a stream; or classes are asked for, and the targets are no labels.</exception>
    /// <remarks>The parts are views. A stratified one has its samples in the order in which they stand here.</remarks>
    public (Dataset First, Dataset Second) Split(double fraction, ulong seed = 0, bool stratify = false)
    {
        if (!(fraction > 0 && fraction < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), $"Dataset: the fraction must be above 0 and below 1, not {fraction}.");
        }

        _store.RequirePlaces(nameof(Split));
        int first = (int)Math.Round(Count * fraction);
        if (!stratify)
        {
            Selection whole = _selection.Splittable() with { SplitSeed = seed };
            EpochCounts epochs = _selection.SplitSeed is null ? _epochs : new EpochCounts();
            return (Of(whole.Part(0, first), epochs), Of(whole.Part(first, Count - first), epochs));
        }

        // Evenly spread over all samples in the order of their classes, the first part has its share of every class.
        int[] byClass = ByClass(seed, nameof(Split));
        return (
            Chosen(byClass.Where((_, i) => IsFirst(i)), $"stratified {fraction} {seed} first"),
            Chosen(byClass.Where((_, i) => !IsFirst(i)), $"stratified {fraction} {seed} second"));

        bool IsFirst(int i) => (long)(i + 1) * first / Count > (long)i * first / Count;
    }

    /// <summary>Folds for cross-validation: each sample is in the validation part of one of them, and in the training part of all others.</summary>
    /// <param name="folds">How many, at least 2.</param>
    /// <param name="seed">The seed of the choice.</param>
    /// <param name="stratify">Whether each class has its share of each fold, but for one sample: targets are labels then.</param>
    /// <returns>The folds. Their validation parts differ by at most one sample in size. Samples are in the order in which they stand here.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or more than samples.</exception>
    /// <exception cref="InvalidOperationException">The samples come from a stream; or classes are asked for, and the targets are no labels.</exception>
    public IReadOnlyList<(Dataset Train, Dataset Validation)> KFold(int folds, ulong seed = 0, bool stratify = false)
    {
        if (folds < 2 || folds > Count)
        {
            throw new ArgumentOutOfRangeException(nameof(folds), $"Dataset: folds of {Count} samples must be 2 to {Count}, not {folds}.");
        }

        _store.RequirePlaces(nameof(KFold));
        int[] order = stratify ? ByClass(seed, nameof(KFold)) : Permuted([.. Enumerable.Range(0, Count)], seed, ulong.MaxValue);
        return [.. Enumerable.Range(0, folds).Select(fold => (
            Chosen(order.Where((_, i) => i % folds != fold), $"{stratify} fold {fold} of {folds} {seed} train"),
            Chosen(order.Where((_, i) => i % folds == fold), $"{stratify} fold {fold} of {folds} {seed} validation")))];
    }

    /// <summary>The same samples, of which the shuffled batches of an epoch draw as many as there are, with replacement and by weight.</summary>
    /// <remarks>Position p of an epoch is drawn by the seed, the epoch and p alone. Batches that are not shuffled have each sample once. Parts
    /// have the weights of their samples.</remarks>
    /// <param name="weights">One for each sample, from 0 up; a sample is drawn in proportion to its own.</param>
    /// <exception cref="ArgumentException">There are not as many weights as samples, one is negative or not finite, or all are 0.</exception>
    /// <exception cref="InvalidOperationException">The samples come from a stream.</exception>
    public Dataset Weighted(ReadOnlySpan<double> weights)
    {
        _store.RequirePlaces(nameof(Weighted));
        if (weights.Length != Count)
        {
            throw new ArgumentException($"Dataset: {weights.Length} weights do not go with {Count} samples.", nameof(weights));
        }

        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i] >= 0 && double.IsFinite(weights[i])
                ? weights[i]
                : throw new ArgumentException($"Dataset: weights must be finite and not negative, and that of sample {i} is {weights[i]}.", nameof(weights));
        }

        if (!(sum > 0 && double.IsFinite(sum)))
        {
            throw new ArgumentException($"Dataset: the sum of the {Count} weights must be finite and above 0, not {sum}.", nameof(weights));
        }

        double[] all = new double[_store.Count];
        int[] samples = _selection.Samples();
        for (int i = 0; i < samples.Length; i++)
        {
            all[samples[i]] = weights[i];
        }

        return With(_store, _selection.Weighted(all), _epochs);
    }

    /// <summary>The same samples, of which shuffled batches draw each class equally often: <see cref="Weighted"/> by 1 / the class's samples.</summary>
    /// <exception cref="InvalidOperationException">The targets are no labels, or the samples come from a stream.</exception>
    public Dataset ClassBalanced()
    {
        _store.RequirePlaces(nameof(ClassBalanced));
        long[] labels = Labels(nameof(ClassBalanced));
        Dictionary<long, int> counts = labels.CountBy(static label => label).ToDictionary();
        return Weighted([.. labels.Select(label => 1.0 / counts[label])]);
    }

    private static int[] Permuted(int[] samples, ulong seed, ulong stream)
    {
        Kernels.KeyedPermutation order = new(samples.Length, seed, stream);
        return [.. samples.Select((_, i) => samples[order.At(i)])];
    }

    // Own numbers, those of a class together and in a random order.
    private int[] ByClass(ulong seed, string operation)
    {
        long[] labels = Labels(operation);
        return [.. Enumerable.Range(0, Count).GroupBy(i => labels[i]).OrderBy(static same => same.Key)
            .SelectMany((same, i) => Permuted([.. same], seed, ClassStream + (ulong)i))];
    }

    private long[] Labels(string operation)
    {
        Field field = _store.Targets[0];
        if (field.Shape.Size != 1 || field.DType is not (DType.UInt8 or DType.Int32 or DType.Int64))
        {
            throw new InvalidOperationException(
                $"{operation}: classes are needed, and targets are {field.Shape} of {field.DType}, not one label of UInt8, Int32 or Int64 for each sample.");
        }

        using TensorScope scope = Tensor.Scope();
        return Targets.To(Device.Cpu).To(DType.Int64).ToArray<long>();
    }

    private Dataset Chosen(IEnumerable<int> own, string origin)
    {
        int[] samples = _selection.Samples();
        return Of(_selection.Listed([.. own.Order().Select(i => samples[i])], origin));
    }
}

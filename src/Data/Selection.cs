using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Which of the stored samples a data set has, and in which order they stand in it.</summary>
/// <param name="From">The stretch of the samples that was split last, or all: where it begins.</param>
/// <param name="Whole">How long it is.</param>
/// <param name="Start">Where this part begins in it.</param>
/// <param name="Count">How many samples this part has.</param>
/// <param name="SplitSeed">What permutes the stretch, if anything does.</param>
/// <param name="Tables">The list that the stretch is one of, and the table of weighted draws, if there are any.</param>
internal sealed record Selection(int From, int Whole, int Start, int Count, ulong? SplitSeed, SampleTables? Tables)
{
    /// <summary>All of so many samples.</summary>
    internal static Selection All(int count) => new(0, count, 0, count, null, null);

    /// <summary>What tells this part's epochs from those of other parts.</summary>
    internal string Key => $"{From} {Whole} {Start} {Count} {SplitSeed} {Tables?.Origin}";

    /// <summary>Whether the samples stand together in their own order.</summary>
    internal bool IsStretch => SplitSeed is null && Tables?.List is null;

    internal BatchOrder Order((ulong Seed, ulong Epoch)? shuffle) =>
        new(From, Whole, Start, Count, SplitSeed, shuffle, Tables?.List?.Length ?? 0, Tables?.Aliases is not null);

    /// <summary>The stored samples in the order of this part.</summary>
    internal int[] Samples()
    {
        BatchOrder order = Order(null);
        ArrayIntegers tables = new(Tables?.All);
        int[] samples = new int[Count];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = order.Sample(i, tables);
        }

        return samples;
    }

    internal Selection Part(int start, int count) => this with { Start = Start + start, Count = count };

    /// <summary>The same samples with an order of their own, which can be split.</summary>
    internal Selection Splittable() => SplitSeed is null
        ? this with { From = From + Start, Whole = Count, Start = 0 }
        : Listed(Samples(), "in order");

    /// <summary>Some of this part's samples.</summary>
    /// <param name="samples">Which of the stored ones.</param>
    /// <param name="origin">What they are, in words.</param>
    internal Selection Listed(int[] samples, string origin) =>
        All(samples.Length) with { Tables = new SampleTables(samples, null, $"{origin} of ({Key})") };

    /// <summary>The same samples, drawn by weights of the stored ones.</summary>
    /// <exception cref="InvalidOperationException">All samples weigh 0.</exception>
    internal Selection Weighted(double[] weights)
    {
        double[] own = [.. Samples().Select(sample => weights[sample])];
        return Count == 0 || own.Sum() > 0
            ? this with { Tables = new SampleTables(Tables?.List, weights, $"weighted {Tables?.Origin}", SampleTables.AliasesOf(own)) }
            : throw new InvalidOperationException($"Dataset: all {Count} samples of the part have the weight 0, so that none can be drawn.");
    }
}

/// <summary>A list of samples and a table of weighted draws, on the host and, once a device has asked, there.</summary>
/// <param name="list">Samples, or null.</param>
/// <param name="weights">Weights of all stored samples, or null.</param>
/// <param name="origin">What they are, in words.</param>
/// <param name="aliases">Thresholds, then aliases, one of each for a sample of the part; or null.</param>
internal sealed class SampleTables(int[]? list, double[]? weights, string origin, int[]? aliases = null)
{
    private readonly Lock _lock = new();
    private Tensor? _onDevice;

    internal int[]? List => list;

    internal double[]? Weights => weights;

    internal int[]? Aliases => aliases;

    internal string Origin => origin;

    /// <summary>Both, one behind the other.</summary>
    internal int[] All { get; } = [.. list ?? [], .. aliases ?? []];

    internal Operand On(Device device)
    {
        lock (_lock)
        {
            if (_onDevice is null || !ReferenceEquals(_onDevice.Device, device))
            {
                _onDevice = Tensor.From(All, device).KeepForever();
            }

            return _onDevice.Operand;
        }
    }

    /// <summary>The table of Walker's alias method (1977), made as Vose does (1991): each draw looks at one column.</summary>
    internal static int[] AliasesOf(ReadOnlySpan<double> weights)
    {
        int count = weights.Length;
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        double[] heights = new double[count];
        int[] table = new int[2 * count];
        Stack<int> low = [];
        Stack<int> high = [];
        for (int i = 0; i < count; i++)
        {
            heights[i] = weights[i] / sum * count;
            (heights[i] < 1 ? low : high).Push(i);
        }

        while (low.Count > 0 && high.Count > 0)
        {
            int under = low.Pop();
            int over = high.Pop();
            Set(under, heights[under], over);
            heights[over] -= 1 - heights[under];
            (heights[over] < 1 ? low : high).Push(over);
        }

        // What is left is 1 but for rounding.
        foreach (int rest in low.Concat(high))
        {
            Set(rest, 1, rest);
        }

        return table;

        void Set(int column, double height, int alias)
        {
            table[column] = (int)(uint)Math.Min(uint.MaxValue, height * 4294967296.0);
            table[count + column] = alias;
        }
    }
}

namespace DeepSharp.Kernels;

/// <summary>A linear map of one axis: each output is a sum of a few elements of the source, its taps, times their weights.</summary>
/// <remarks>A sparse matrix, row by row. Its transpose is the map of the gradients, so that they are gathered as well.</remarks>
internal sealed class AxisTaps
{
    private AxisTaps? _transposed;

    private AxisTaps(int source, int[] starts, int[] places, double[] weights)
    {
        (Source, Starts, Places, Weights) = (source, starts, places, weights);
        int uniform = Outputs == 0 ? 0 : starts[1];
        for (int i = 0; i < Outputs && uniform > 0; i++)
        {
            uniform = starts[i + 1] - starts[i] == uniform ? uniform : 0;
        }

        Uniform = uniform;
        for (int first = 0, end; first < Outputs; first = Math.Max(end, first + 1))
        {
            for (end = first; end < Outputs && IsPlain(end) && (end == first || places[starts[end]] == places[starts[end - 1]] + 1); end++)
            {
            }

            Plain = end - first > Plain.To - Plain.From ? (first, end) : Plain;
        }

        IsIdentity = Plain == (0, source) && source == Outputs;

        bool IsPlain(int output) => starts[output + 1] - starts[output] == 1 && weights[starts[output]] == 1;
    }

    /// <summary>The length of the source.</summary>
    internal int Source { get; }

    /// <summary>The length of the output.</summary>
    internal int Outputs => Starts.Length - 1;

    /// <summary>Where the taps of each output begin, and where the last ones end.</summary>
    internal int[] Starts { get; }

    /// <summary>Which element of the source each tap is.</summary>
    internal int[] Places { get; }

    /// <summary>What it is multiplied by.</summary>
    internal double[] Weights { get; }

    /// <summary>The number of taps of every output, or 0 if they differ.</summary>
    internal int Uniform { get; }

    /// <summary>The longest run of outputs that are neighbours in the source, as they stand there.</summary>
    internal (int From, int To) Plain { get; }

    /// <summary>Whether the axis stays as it is.</summary>
    internal bool IsIdentity { get; }

    /// <summary>The map of the gradients.</summary>
    internal AxisTaps Transposed => _transposed ??= Transpose();

    /// <summary>An axis that stays as it is.</summary>
    internal static AxisTaps Identity(int length) => Of(length, length, static i => i);

    /// <summary>Each output is one element of the source, or zero where the place is negative.</summary>
    internal static AxisTaps Of(int source, int outputs, Func<int, int> place) =>
        Of(source, outputs, output => place(output) is >= 0 and int at ? [(at, 1)] : []);

    /// <summary>Each output is a sum of taps.</summary>
    internal static AxisTaps Of(int source, int outputs, Func<int, (int Place, double Weight)[]> taps)
    {
        int[] starts = new int[outputs + 1];
        List<int> places = new(outputs);
        List<double> weights = new(outputs);
        for (int i = 0; i < outputs; i++)
        {
            foreach ((int place, double weight) in taps(i))
            {
                places.Add(place);
                weights.Add(weight);
            }

            starts[i + 1] = places.Count;
        }

        return new(source, starts, [.. places], [.. weights]);
    }

    private AxisTaps Transpose()
    {
        int[] starts = new int[Source + 1];
        foreach (int place in Places)
        {
            starts[place + 1]++;
        }

        for (int i = 0; i < Source; i++)
        {
            starts[i + 1] += starts[i];
        }

        int[] next = starts[..^1];
        int[] places = new int[Places.Length];
        double[] weights = new double[Places.Length];
        for (int output = 0; output < Outputs; output++)
        {
            for (int tap = Starts[output]; tap < Starts[output + 1]; tap++)
            {
                int at = next[Places[tap]]++;
                (places[at], weights[at]) = (output, Weights[tap]);
            }
        }

        return new(Outputs, starts, places, weights) { _transposed = this };
    }
}

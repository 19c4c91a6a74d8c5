namespace DeepSharp.Layers;

/// <summary>
/// Adds to each position p a vector of waves: sin(p / 10000^(2j/d)) at feature 2j and the cosine at 2j + 1. Vaswani et al. 2017.
/// </summary>
/// <remarks>Input [positions, batch, features], [batch, positions, features] with batchFirst, or [positions, features]. The table is no part
/// of the state.</remarks>
public sealed class SinusoidalEncoding : Module
{
    private readonly Tensor _table;
    private readonly bool _batchFirst;

    /// <summary>An encoding of positions.</summary>
    /// <param name="features">The features of an input.</param>
    /// <param name="positions">The longest sequence.</param>
    /// <param name="batchFirst">Whether the first axis of the input is the batch.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one.</exception>
    public SinusoidalEncoding(int features, int positions = 5000, bool batchFirst = false, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, features, nameof(SinusoidalEncoding));
        Bounds.AtLeast(1, positions, nameof(SinusoidalEncoding));
        double[] table = new double[positions * features];
        for (int i = 0; i < table.Length; i++)
        {
            int feature = i % features;
            double angle = i / features / Math.Pow(10000, feature / 2 * 2.0 / features);
            table[i] = feature % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
        }

        (Features, Positions, _batchFirst) = (features, positions, batchFirst);
        _table = PositionTable.Made(table, [positions, features], dtype, device);
    }

    /// <summary>The features of an input.</summary>
    public int Features { get; }

    /// <summary>The longest sequence.</summary>
    public int Positions { get; }

    /// <summary>Whether inputs are [batch, positions, features] instead of [positions, batch, features].</summary>
    public bool BatchFirst => _batchFirst;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is longer than the table, or of another width.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, 0);

    /// <summary>The input plus the waves of its positions.</summary>
    /// <param name="input">The input; see the class.</param>
    /// <param name="start">Its first position: what a cache has seen before.</param>
    /// <exception cref="ArgumentException">The input ends behind the table, or is of another width.</exception>
    public Tensor Forward(Tensor input, int start) => PositionTable.Add(this, input, _table, start, _batchFirst);

    /// <inheritdoc/>
    public override string ToString() => $"SinusoidalEncoding({Features}, {Positions} positions)";
}

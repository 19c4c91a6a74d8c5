namespace DeepSharp.Layers;

/// <summary>Adds to each position a vector that is learned, as BERT and GPT-2 do.</summary>
/// <remarks>Input [positions, batch, features], [batch, positions, features] with batchFirst, or [positions, features]. The table is
/// [positions, features], named <c>weight</c>, as that of an <see cref="Embedding"/> of positions.</remarks>
public sealed class LearnedEncoding : Module
{
    private readonly bool _batchFirst;

    /// <summary>An encoding whose vectors are drawn at random.</summary>
    /// <param name="features">The features of an input.</param>
    /// <param name="positions">The longest sequence.</param>
    /// <param name="batchFirst">Whether the first axis of the input is the batch.</param>
    /// <param name="initializer">How the table begins; if null, normally distributed with mean 0 and deviation 0.02.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one.</exception>
    public LearnedEncoding(
        int features, int positions, bool batchFirst = false, Initializer? initializer = null, DType dtype = DType.Float32, Device? device = null,
        Generator? generator = null)
    {
        Bounds.AtLeast(1, features, nameof(LearnedEncoding));
        Bounds.AtLeast(1, positions, nameof(LearnedEncoding));
        (Features, Positions, _batchFirst) = (features, positions, batchFirst);
        Weight = Add("weight", (initializer ?? new Normal(0, 0.02)).CreateParameter([positions, features], dtype, device, generator));
    }

    /// <summary>The features of an input.</summary>
    public int Features { get; }

    /// <summary>The longest sequence.</summary>
    public int Positions { get; }

    /// <summary>The table, [positions, features].</summary>
    public Parameter Weight { get; }

    /// <summary>Whether inputs are [batch, positions, features] instead of [positions, batch, features].</summary>
    public bool BatchFirst => _batchFirst;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is longer than the table, or of another width.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, 0);

    /// <summary>The input plus the vectors of its positions.</summary>
    /// <param name="input">The input; see the class.</param>
    /// <param name="start">Its first position: what a cache has seen before.</param>
    /// <exception cref="ArgumentException">The input ends behind the table, or is of another width.</exception>
    public Tensor Forward(Tensor input, int start) => PositionTable.Add(this, input, Weight, start, _batchFirst);

    /// <inheritdoc/>
    public override string ToString() => $"LearnedEncoding({Features}, {Positions} positions)";
}

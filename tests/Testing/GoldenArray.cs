using System.Globalization;
using System.Text.Json;

namespace DeepSharp.Testing;

/// <summary>An array of a golden case: shape, dtype and values in row-major order.</summary>
public sealed class GoldenArray
{
    private readonly string _label;
    private readonly float[]? _floats;
    private readonly double[]? _doubles;
    private readonly long[]? _integers;

    internal GoldenArray(string label, string name, JsonElement element)
    {
        _label = label;
        Name = name;
        DType = element.GetProperty("dtype").GetString()!;
        Shape = [.. element.GetProperty("shape").EnumerateArray().Select(static item => item.GetInt32())];
        var data = element.GetProperty("data").EnumerateArray();
        switch (DType)
        {
            // Each text is the shortest that reads back as its own dtype, so it must be read as that dtype.
            case "float32": _floats = [.. data.Select(static item => item.GetSingle())]; break;
            case "float64": _doubles = [.. data.Select(static item => item.GetDouble())]; break;
            case "int64" or "bool": _integers = [.. data.Select(static item => item.GetInt64())]; break;
            default: throw new InvalidDataException($"{label} has dtype '{DType}', which this reader does not know.");
        }

        Count = _floats?.Length ?? _doubles?.Length ?? _integers!.Length;
        if (Count != Shape.Aggregate(1, static (product, size) => product * size))
            throw new InvalidDataException($"{label} has {Count} values but shape {ShapeText}.");
    }

    /// <summary>The name within its group.</summary>
    public string Name { get; }

    /// <summary><c>float32</c>, <c>float64</c>, <c>int64</c> or <c>bool</c>.</summary>
    public string DType { get; }

    /// <summary>The size of each axis; none for a scalar.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The number of values.</summary>
    public int Count { get; }

    /// <summary>The only value of an array that has one.</summary>
    /// <exception cref="InvalidOperationException">The array has more or fewer.</exception>
    public double Scalar => Count == 1 ? ToDoubles()[0] : throw new InvalidOperationException($"{_label} has {Count} values, not one.");

    /// <summary>A new array of the values as float32; float64 values are rounded.</summary>
    public float[] ToFloats() => _floats is not null ? [.. _floats] : [.. ToDoubles().Select(static value => (float)value)];

    /// <summary>A new array of the values as float64; exact for every dtype (integers here are small).</summary>
    public double[] ToDoubles() =>
        _doubles is not null ? [.. _doubles]
        : _floats is not null ? [.. _floats.Select(static value => (double)value)]
        : [.. _integers!.Select(static value => (double)value)];

    /// <summary>A new array of the values as integers.</summary>
    /// <exception cref="InvalidOperationException">The array is not of integers or Booleans.</exception>
    public long[] ToIntegers() => _integers is not null
        ? [.. _integers]
        : throw new InvalidOperationException($"{_label} is {DType}, not int64 or bool.");

    /// <summary>A new array of the values as Booleans.</summary>
    /// <exception cref="InvalidOperationException">The array is not of Booleans.</exception>
    public bool[] ToBooleans() => DType == "bool"
        ? [.. _integers!.Select(static value => value != 0)]
        : throw new InvalidOperationException($"{_label} is {DType}, not bool.");

    /// <summary>Passes if |actual - expected| ≤ absolute + relative · |expected| for every value.</summary>
    /// <exception cref="GoldenMismatchException">It is not so, or the number of values differs; names the worst value.</exception>
    public void AssertClose(ReadOnlySpan<float> actual, double relative, double absolute)
    {
        var wide = new double[actual.Length];
        for (var index = 0; index < wide.Length; index++)
            wide[index] = actual[index];
        AssertClose(wide, relative, absolute);
    }

    /// <inheritdoc cref="AssertClose(ReadOnlySpan{float}, double, double)"/>
    public void AssertClose(ReadOnlySpan<double> actual, double relative, double absolute)
    {
        if (actual.Length != Count)
            throw new GoldenMismatchException($"{_label}: expected {Count} values of shape {ShapeText}, found {actual.Length}.");
        var expected = ToDoubles();
        var (wrong, worst, worstExcess) = (0, -1, 0.0);
        for (var index = 0; index < expected.Length; index++)
        {
            var excess = Math.Abs(actual[index] - expected[index]) - (absolute + relative * Math.Abs(expected[index]));
            if (excess <= 0)
                continue;
            wrong++;
            // A NaN fails the comparison above, and nothing is worse.
            if (worst < 0 || double.IsNaN(excess) || excess > worstExcess)
                (worst, worstExcess) = (index, excess);
        }

        if (wrong > 0)
        {
            var difference = Math.Abs(actual[worst] - expected[worst]);
            throw new GoldenMismatchException(string.Create(CultureInfo.InvariantCulture,
                $"{_label}: {wrong} of {Count} values differ by more than {absolute} + {relative} |expected|; the worst at index {worst} ")
                + string.Create(CultureInfo.InvariantCulture,
                $"of shape {ShapeText}: expected {expected[worst]:R}, found {actual[worst]:R}, difference {difference:G3}."));
        }
    }

    /// <summary>Name, dtype and shape.</summary>
    public override string ToString() => $"{Name}: {DType} {ShapeText}";

    private string ShapeText => $"[{string.Join(", ", Shape)}]";
}

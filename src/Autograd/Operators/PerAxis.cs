namespace DeepSharp;

/// <summary>A number for each spatial axis of an image: one for all, such as <c>2</c>, or one each, such as <c>(2, 1)</c>.</summary>
public readonly struct PerAxis : IEquatable<PerAxis>
{
    private readonly int[] _values;

    /// <summary>One number for all axes, or one for each, first to last.</summary>
    /// <param name="values">The numbers.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public PerAxis(params ReadOnlySpan<int> values)
    {
        _values = values.IsEmpty
            ? throw new ArgumentException("PerAxis: there is no number. Give one for all axes, or one for each.", nameof(values))
            : values.ToArray();
    }

    /// <summary>One number for all axes.</summary>
    public static implicit operator PerAxis(int value) => new(value);

    /// <summary>A number for each of two axes: height and width.</summary>
    public static implicit operator PerAxis((int Height, int Width) values) => new(values.Height, values.Width);

    /// <summary>A number for each of three axes: depth, height and width.</summary>
    public static implicit operator PerAxis((int Depth, int Height, int Width) values) => new(values.Depth, values.Height, values.Width);

    /// <summary>A number for each axis.</summary>
    public static implicit operator PerAxis(int[] values) => new(values);

    /// <summary>Whether the numbers are the same.</summary>
    public static bool operator ==(PerAxis a, PerAxis b) => a.Equals(b);

    /// <summary>Whether the numbers differ.</summary>
    public static bool operator !=(PerAxis a, PerAxis b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(PerAxis other) => (_values ?? []).AsSpan().SequenceEqual(other._values ?? []);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PerAxis other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int value in _values ?? [])
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>The number, or the numbers in parentheses.</summary>
    public override string ToString() => _values is { Length: 1 } ? $"{_values[0]}" : $"({string.Join(", ", _values ?? [])})";

    /// <summary>The numbers, one for each axis.</summary>
    /// <param name="axes">How many axes there are.</param>
    /// <exception cref="ArgumentException">There are more numbers than one, and not as many as axes.</exception>
    public int[] ToArray(int axes) => Of(axes, int.MinValue, nameof(PerAxis), nameof(axes));

    /// <summary>The number of each of so many axes, none below the least.</summary>
    internal int[] Of(int axes, int least, string operation, string argument)
    {
        int[] values = _values ?? [];
        if (values.Length != 1 && values.Length != axes)
        {
            throw new ArgumentException(
                $"{operation}: {argument} {this} must be one number, or one for each of {axes} axes.");
        }

        foreach (int value in values)
        {
            Bounds.AtLeast(least, value, operation, argument);
        }

        int[] all = new int[axes];
        for (int axis = 0; axis < axes; axis++)
        {
            all[axis] = values[values.Length == 1 ? 0 : axis];
        }

        return all;
    }
}

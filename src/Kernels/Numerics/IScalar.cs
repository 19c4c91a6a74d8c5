namespace DeepSharp.Kernels;

/// <summary>A single number: what stands in memory and what a GPU thread computes with.</summary>
/// <typeparam name="T">The implementing type.</typeparam>
public interface IScalar<T>
    where T : unmanaged, IScalar<T>
{
    /// <summary>The value as a double; exact but for integers beyond 2^53.</summary>
    static abstract double ToDouble(T value);

    /// <summary>Converts a double: rounds to a float, truncates to an integer. On the host one out of an integer's range becomes the nearest in
    /// it, and NaN 0, as .NET converts; what a GPU makes of these is its own affair.</summary>
    static abstract T FromDouble(double value);

    /// <summary>
    /// Whether this is an integer, which <see cref="ToInteger"/> and <see cref="FromInteger"/> convert without a detour by floating point.
    /// </summary>
    static virtual bool IsInteger => false;

    /// <summary>An integer's value.</summary>
    static virtual long ToInteger(T value) => 0;

    /// <summary>The nearest integer in the type's range.</summary>
    static virtual T FromInteger(long value) => default;

    /// <summary>Whether the value is not zero; NaN is not.</summary>
    static abstract bool IsNonzero(T value);
}

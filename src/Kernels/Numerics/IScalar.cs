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

    /// <summary>Whether the value is not zero; NaN is not.</summary>
    static abstract bool IsNonzero(T value);
}

namespace DeepSharp.Kernels;

/// <summary>A reduction that integers have too: it combines the elements as they are.</summary>
/// <seealso cref="IReduction"/>
public interface INumericReduction
{
    /// <summary>Whether a reduction of no elements has a value, the identity; if not, it is an error.</summary>
    static abstract bool AllowsEmpty { get; }

    /// <summary>The value that changes nothing when combined.</summary>
    T Identity<T>()
        where T : unmanaged, INumeric<T>;

    /// <summary>Joins the values of two disjoint sets of elements: associative and commutative up to rounding.</summary>
    T Combine<T>(T a, T b)
        where T : unmanaged, INumeric<T>;
}

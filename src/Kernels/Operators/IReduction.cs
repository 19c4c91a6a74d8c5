namespace DeepSharp.Kernels;

/// <summary>
/// A reduction of floating-point numbers to one: what the CPU loops and the GPU kernels of <see cref="Reduction"/> are made from.
/// </summary>
/// <remarks>
/// Implemented by <c>readonly struct</c>s, so that both compilers see through the call. Every element is mapped, what results is
/// combined two by two in an order that depends on the shapes only, and the total is finished. An anchor is a number per result
/// that is known beforehand: the mean for a variance, the maximum for a log-sum-exp.
/// </remarks>
public interface IReduction
{
    /// <summary>Whether <see cref="Map"/> or <see cref="Finish"/> look at the anchor.</summary>
    static abstract bool HasAnchor { get; }

    /// <summary>Whether a reduction of no elements has a value; if not, it is an error.</summary>
    static abstract bool AllowsEmpty { get; }

    /// <summary>The value that changes nothing when combined.</summary>
    T Identity<T>()
        where T : unmanaged, IReal<T>;

    /// <summary>What an element counts as.</summary>
    T Map<T>(T x, T anchor)
        where T : unmanaged, IReal<T>;

    /// <summary>Joins the values of two disjoint sets of elements: associative and commutative up to rounding.</summary>
    T Combine<T>(T a, T b)
        where T : unmanaged, IReal<T>;

    /// <summary>The result from the value of all elements.</summary>
    T Finish<T>(T total, T count, T anchor)
        where T : unmanaged, IReal<T>;
}

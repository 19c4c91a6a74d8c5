namespace DeepSharp.Kernels;

/// <summary>An element-wise function of up to three inputs that integers have too.</summary>
/// <seealso cref="IMap"/>
public interface INumericMap
{
    /// <summary>The number of inputs: 0 to 3.</summary>
    static abstract int Arity { get; }

    /// <summary>The function, on numbers or on whole registers of them.</summary>
    T Apply<T>(T a, T b, T c)
        where T : unmanaged, INumeric<T>;
}

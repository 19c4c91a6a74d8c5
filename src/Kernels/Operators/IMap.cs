namespace DeepSharp.Kernels;

/// <summary>
/// An element-wise function of up to three floating-point inputs: what the CPU loop and the GPU kernel are made from.
/// </summary>
/// <remarks>
/// Implemented by <c>readonly struct</c>s, so that both compilers see through the call. <see cref="Arity"/> is a constant to
/// them: inputs that it does not count are never loaded.
/// </remarks>
public interface IMap
{
    /// <summary>The number of inputs: 0 to 3.</summary>
    static abstract int Arity { get; }

    /// <summary>The function, on numbers or on whole registers of them.</summary>
    T Apply<T>(T a, T b, T c)
        where T : unmanaged, IReal<T>;
}

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

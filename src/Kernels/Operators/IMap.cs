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

/// <summary>
/// An element-wise function of several inputs and several outputs, up to eight operands in all: the cell of an LSTM takes four gates and a
/// state and gives two.
/// </summary>
public interface IMultiMap
{
    /// <summary>The number of outputs.</summary>
    static abstract int Outputs { get; }

    /// <summary>The number of inputs.</summary>
    static abstract int Inputs { get; }

    /// <summary>The function, on numbers or on whole registers of them: the first fields of a pack are the inputs, or the outputs.</summary>
    Pack<T> Apply<T>(Pack<T> x)
        where T : unmanaged, IReal<T>;
}

/// <summary>The inputs, or the outputs, of an <see cref="IMultiMap"/>.</summary>
public struct Pack<T>
    where T : unmanaged
{
#pragma warning disable CA1051 // Plain fields stay in registers.
    /// <summary>The first.</summary>
    public T A;

    /// <summary>The second.</summary>
    public T B;

    /// <summary>The third.</summary>
    public T C;

    /// <summary>The fourth.</summary>
    public T D;

    /// <summary>The fifth.</summary>
    public T E;

    /// <summary>The sixth.</summary>
    public T F;

    /// <summary>The seventh.</summary>
    public T G;
#pragma warning restore CA1051
}

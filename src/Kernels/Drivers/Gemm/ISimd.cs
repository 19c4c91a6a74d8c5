namespace DeepSharp.Kernels;

/// <summary>A SIMD register of float or double as the matrix multiply needs it, and the size of its tile.</summary>
internal unsafe interface ISimd<TSelf, T>
    where TSelf : unmanaged, ISimd<TSelf, T>
    where T : unmanaged
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The rows of a full tile: as many as leave registers for two of B and one of A.</summary>
    static abstract int Rows { get; }

    /// <summary>The rows of a tile of dot products.</summary>
    static abstract int DotRows { get; }

    /// <summary>The columns of a tile of dot products.</summary>
    static abstract int DotColumns { get; }

    static abstract TSelf Load(T* source);

    static abstract TSelf Fill(T value);

    static abstract TSelf Multiply(TSelf a, TSelf b);

    static abstract TSelf Add(TSelf a, TSelf b);

    /// <summary>Adds a * b to a sum, with one rounding where the hardware has it.</summary>
    /// <remarks>In place, since of a result that goes into another variable the JIT makes a multiplication over a factor and a copy: in
    /// the tile of AVX2 that took one instruction in five, more than the processor decodes beside the multiplications.</remarks>
    static abstract void Accumulate(TSelf a, TSelf b, ref TSelf sum);

    /// <summary>The sum of the lanes.</summary>
    static abstract T Sum(TSelf a);

    static abstract void Store(TSelf a, T* target);
}

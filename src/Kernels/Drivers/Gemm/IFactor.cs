namespace DeepSharp.Kernels;

/// <summary>Where the numbers of a product's factor stand: a type argument of packing on the host and of the tile's load on GPUs.</summary>
/// <remarks>
/// A factor has lines, the rows of A or the columns of B, and along each as many numbers as a sum has products, counted by depth. A batch
/// is many such matrices. Places count elements from the operand's first.
/// </remarks>
internal unsafe interface IFactor
{
    /// <summary>Whether a place is start + line <see cref="LineStride"/> + depth <see cref="DepthStride"/>, so that the host can read it
    /// where it stands; else it is always packed.</summary>
    static abstract bool IsStrided { get; }

    /// <summary>How far apart the same depths of neighbouring lines stand; roughly, if there is no such number.</summary>
    int LineStride { get; }

    /// <summary>How far apart neighbours in a line stand; roughly, if there is no such number.</summary>
    int DepthStride { get; }

    /// <summary>What <see cref="Place"/> wants to know of a matrix of the batch: made once for many places.</summary>
    int Start(int batch);

    /// <summary>The place of a number; below zero for one that stands nowhere and is zero (not of a strided factor).</summary>
    int Place(int start, int line, int depth);

    /// <summary>
    /// Copies a piece for the host: target[d, l] = the number at line + l, depth + d, for all l below lines and d below
    /// depths, in rows of <paramref name="panel"/> numbers, what is behind them zero.
    /// </summary>
    void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged;
}

/// <summary>A factor that is a matrix with strides, transposed or not, in a batch of up to two axes with a stride each.</summary>
/// <param name="LineStride">From a line to the next.</param>
/// <param name="DepthStride">From a number of a line to the next.</param>
/// <param name="Outer">From one matrix to the next along the first axis of the batch; 0 repeats.</param>
/// <param name="Inner">The same along the second axis.</param>
/// <param name="InnerCount">The length of the second axis.</param>
internal readonly record struct MatrixFactor(int LineStride, int DepthStride, int Outer, int Inner, int InnerCount) : IFactor
{
    public static bool IsStrided => true;

    /// <summary>The factor that stands in a batch as an operand of a loop nest of up to two axes.</summary>
    internal static unsafe MatrixFactor Of(int line, int depth, in LoopNest batch, int operand)
    {
        int at = operand * LoopNest.MaxRank;
        return batch.Rank == 2
            ? new(line, depth, batch.Strides[at], batch.Strides[at + 1], batch.Dims[1])
            : new(line, depth, 0, batch.InnerStride(operand), batch.InnerLength);
    }

    public int Start(int batch)
    {
        int outer = batch < InnerCount ? 0 : batch / InnerCount;
        return (outer * Outer) + ((batch - (outer * InnerCount)) * Inner);
    }

    public int Place(int start, int line, int depth) => start + (line * LineStride) + (depth * DepthStride);

    public unsafe void Pack<TStored, T>(TStored* memory, int start, int line, int lines, int depth, int depths, int panel, T* target)
        where TStored : unmanaged, IStored<TStored, T>
        where T : unmanaged =>
        GemmPack<TStored, T>.Panel(memory + Place(start, line, depth), DepthStride, LineStride, lines, panel, depths, target);
}

namespace DeepSharp.Kernels;

/// <summary>
/// A batch of products C = f(alpha A B + beta C + bias) on the host. Strides count elements; a stride of 0 repeats. The columns
/// of C are neighbours in memory, and C overlaps neither factor.
/// </summary>
internal unsafe struct GemmArguments<T>
    where T : unmanaged
{
    /// <summary>A, [Rows, Depth].</summary>
    internal T* A;

    /// <summary>B, [Depth, Columns].</summary>
    internal T* B;

    /// <summary>C, [Rows, Columns].</summary>
    internal T* C;

    /// <summary>One number per column, or null.</summary>
    internal T* Bias;

    internal int Batch;
    internal int Rows;
    internal int Columns;
    internal int Depth;

    /// <summary>From one row of A to the next.</summary>
    internal nint RowA;

    /// <summary>From one column of A to the next.</summary>
    internal nint ColumnA;

    /// <summary>From one A of the batch to the next.</summary>
    internal nint BatchA;

    /// <summary>From one row of B to the next.</summary>
    internal nint RowB;

    /// <summary>From one column of B to the next.</summary>
    internal nint ColumnB;

    /// <summary>From one B of the batch to the next.</summary>
    internal nint BatchB;

    /// <summary>From one row of C to the next.</summary>
    internal nint RowC;

    /// <summary>From one C of the batch to the next.</summary>
    internal nint BatchC;

    internal T Alpha;

    /// <summary>With 0, C is not read.</summary>
    internal T Beta;
}

namespace DeepSharp.Kernels;

/// <summary>
/// The whole numbers of BLAS's gemm for a product of ours. BLAS stores matrices column by column, we store them row by row; what
/// it takes for a matrix is our transposed one, so it is asked for C^T = B^T A^T: B comes first.
/// </summary>
/// <param name="TransposeFirst">Whether the first factor (our B) stands transposed in memory, as BLAS sees it.</param>
/// <param name="TransposeSecond">Whether the second factor (our A) does.</param>
/// <param name="M">Our columns.</param>
/// <param name="N">Our rows.</param>
/// <param name="K">The depth.</param>
/// <param name="LeadFirst">From one line of the first factor to the next.</param>
/// <param name="LeadSecond">From one line of the second factor to the next.</param>
/// <param name="LeadC">From one line of C to the next.</param>
internal readonly record struct BlasCall(
    bool TransposeFirst, bool TransposeSecond, int M, int N, int K, int LeadFirst, int LeadSecond, int LeadC)
{
    /// <summary>
    /// The call for C [rows, columns] = A [rows, depth] B [depth, columns] with these strides from row to row and from column to
    /// column (C's columns are neighbours), or null if the strides are none that BLAS knows.
    /// </summary>
    internal static BlasCall? Of(int rows, int columns, int depth, int rowA, int columnA, int rowB, int columnB, int rowC)
    {
        int leadC = rows == 1 ? columns : rowC;
        return leadC >= columns
            && TryLines(depth, columns, rowB, columnB, out bool transposeB, out int leadB)
            && TryLines(rows, depth, rowA, columnA, out bool transposeA, out int leadA)
            ? new BlasCall(transposeB, transposeA, columns, rows, depth, leadB, leadA, leadC)
            : null;
    }

    // One of the strides must be 1, and lines must not overlap; the stride along an axis of one element is never used.
    private static bool TryLines(int rows, int columns, int row, int column, out bool isTransposed, out int lead)
    {
        isTransposed = false;
        lead = rows == 1 ? columns : row;
        if ((column == 1 || columns == 1) && lead >= columns)
        {
            return true;
        }

        isTransposed = true;
        lead = columns == 1 ? rows : column;
        return (row == 1 || rows == 1) && lead >= rows;
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The elements of one matrix, of n rows, and of what stands beside it, of n rows and some columns, in memory of any kind.</summary>
internal interface IMatrices<T>
    where T : unmanaged
{
    int Rows { get; }

    int Columns { get; }

    T A(int row, int column);

    T B(int row, int column);

    void SetA(int row, int column, T value);

    void SetB(int row, int column, T value);
}

/// <summary>What is done with one matrix of a batch, the same on a CPU and on a GPU.</summary>
internal interface IMatrixWork
{
    /// <summary>Does it, and says whether the matrix allowed it.</summary>
    bool Run<T, TMatrices>(TMatrices m)
        where T : unmanaged, IReal<T>, IScalar<T>
        where TMatrices : struct, IMatrices<T>;

    /// <summary>What a matrix lacks that did not.</summary>
    static abstract string Lack { get; }
}

/// <summary>The pivots of Gaussian elimination with partial pivoting, in column 0 beside the matrix, those for which rows were exchanged with the other
/// sign: their product is the determinant.</summary>
internal readonly struct Pivots : IMatrixWork
{
    public static string Lack => "singular";

    public bool Run<T, TMatrices>(TMatrices m)
        where T : unmanaged, IReal<T>, IScalar<T>
        where TMatrices : struct, IMatrices<T>
    {
        for (int k = 0; k < m.Rows; k++)
        {
            int pivot = Elimination.PivotRow<T, TMatrices>(m, k, out _);
            for (int j = k; j < m.Rows; j++)
            {
                T kept = m.A(k, j);
                m.SetA(k, j, m.A(pivot, j));
                m.SetA(pivot, j, kept);
            }

            m.SetB(k, 0, pivot == k ? m.A(k, k) : -m.A(k, k));
            for (int i = k + 1; i < m.Rows; i++)
            {
                // A column of zeros has nothing to take away.
                T factor = T.IsNonzero(m.A(i, k)) ? m.A(i, k) / m.A(k, k) : 0;
                for (int j = k + 1; j < m.Rows; j++)
                {
                    m.SetA(i, j, m.A(i, j) - (factor * m.A(k, j)));
                }
            }
        }

        return true;
    }
}

/// <summary>Gaussian elimination with partial pivoting, then back substitution (Golub and Van Loan, Matrix Computations, 3.4).</summary>
internal readonly struct Elimination : IMatrixWork
{
    public static string Lack => "singular";

    public bool Run<T, TMatrices>(TMatrices m)
        where T : unmanaged, IReal<T>, IScalar<T>
        where TMatrices : struct, IMatrices<T>
    {
        bool isRegular = true;
        for (int k = 0; k < m.Rows; k++)
        {
            int pivot = PivotRow<T, TMatrices>(m, k, out double largest);
            isRegular = isRegular && largest > 0;
            for (int j = k; j < m.Rows; j++)
            {
                T kept = m.A(k, j);
                m.SetA(k, j, m.A(pivot, j));
                m.SetA(pivot, j, kept);
            }

            for (int j = 0; j < m.Columns; j++)
            {
                T kept = m.B(k, j);
                m.SetB(k, j, m.B(pivot, j));
                m.SetB(pivot, j, kept);
            }

            for (int i = k + 1; i < m.Rows; i++)
            {
                T factor = m.A(i, k) / m.A(k, k);
                for (int j = k + 1; j < m.Rows; j++)
                {
                    m.SetA(i, j, m.A(i, j) - (factor * m.A(k, j)));
                }

                for (int j = 0; j < m.Columns; j++)
                {
                    m.SetB(i, j, m.B(i, j) - (factor * m.B(k, j)));
                }
            }
        }

        new Substitution(1, 0).Run<T, TMatrices>(m);
        return isRegular;
    }

    /// <summary>The row at or below the diagonal with the largest element of a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int PivotRow<T, TMatrices>(TMatrices m, int column, out double largest)
        where T : unmanaged, IReal<T>, IScalar<T>
        where TMatrices : struct, IMatrices<T>
    {
        int pivot = column;
        largest = -1;
        for (int i = column; i < m.Rows; i++)
        {
            double size = T.ToDouble(T.Abs(m.A(i, column)));
            if (size > largest)
            {
                largest = size;
                pivot = i;
            }
        }

        return pivot;
    }
}

/// <summary>The Cholesky factor, row by row.</summary>
internal readonly struct CholeskyFactor : IMatrixWork
{
    public static string Lack => "not positive definite";

    public bool Run<T, TMatrices>(TMatrices m)
        where T : unmanaged, IReal<T>, IScalar<T>
        where TMatrices : struct, IMatrices<T>
    {
        bool isPositive = true;
        for (int i = 0; i < m.Rows; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                T sum = m.A(i, j);
                for (int k = 0; k < j; k++)
                {
                    sum -= m.A(i, k) * m.A(j, k);
                }

                isPositive = isPositive && (i != j || T.ToDouble(sum) > 0);
                m.SetA(i, j, i == j ? T.Sqrt(sum) : sum / m.A(j, j));
            }

            for (int j = i + 1; j < m.Rows; j++)
            {
                m.SetA(i, j, 0);
            }
        }

        return isPositive;
    }
}

/// <summary>Forward or back substitution.</summary>
/// <param name="upper">1 for an upper triangle, from the last row; 0 for a lower one.</param>
/// <param name="unit">1 where the diagonal counts as ones.</param>
internal readonly struct Substitution(int upper, int unit) : IMatrixWork
{
    private readonly int _upper = upper;
    private readonly int _unit = unit;

    public static string Lack => "singular";

    public bool Run<T, TMatrices>(TMatrices m)
        where T : unmanaged, IReal<T>, IScalar<T>
        where TMatrices : struct, IMatrices<T>
    {
        bool isRegular = true;
        for (int step = 0; step < m.Rows; step++)
        {
            int i = _upper != 0 ? m.Rows - 1 - step : step;
            T diagonal = _unit != 0 ? 1 : m.A(i, i);
            isRegular = isRegular && T.IsNonzero(diagonal);
            for (int j = 0; j < m.Columns; j++)
            {
                T sum = m.B(i, j);
                for (int done = 0; done < step; done++)
                {
                    int k = _upper != 0 ? m.Rows - 1 - done : done;
                    sum -= m.A(i, k) * m.B(k, j);
                }

                m.SetB(i, j, sum / diagonal);
            }
        }

        return isRegular;
    }
}

using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Factors small matrices and solves with them, one matrix of a batch after the other.</summary>
/// <remarks>
/// Operands are contiguous, [batch, rows, columns], of Float32 or Float64, and overwritten in place. A matrix is one thread's work, on the CPU and on
/// a GPU alike: batches of matrices of up to some hundred rows are what this is for.
/// </remarks>
internal static partial class SmallMatrices
{
    /// <summary>Solves A X = B by Gaussian elimination with the largest pivot of each column; A becomes its triangles, B the solution.</summary>
    /// <param name="a">[batch, n, n].</param>
    /// <param name="b">[batch, n, columns].</param>
    /// <exception cref="ArgumentException">A matrix is singular, on the CPU; elsewhere its solution is infinite or NaN.</exception>
    internal static void Solve(in Operand a, in Operand b) => Run(default(Elimination), a, b);

    /// <summary>The pivots of A, whose product is its determinant; A is overwritten.</summary>
    /// <param name="a">[batch, n, n].</param>
    /// <param name="pivots">[batch, n, 1].</param>
    internal static void Pivots(in Operand a, in Operand pivots) => Run(default(Pivots), a, pivots);

    /// <summary>The lower Cholesky factor L with A = L Lᵀ, in the place of A. Its upper triangle is not read, and becomes zero.</summary>
    /// <param name="a">[batch, n, n], symmetric.</param>
    /// <exception cref="ArgumentException">A matrix is not positive definite, on the CPU; elsewhere its factor is NaN.</exception>
    internal static void Cholesky(in Operand a) => Run(default(CholeskyFactor), a, a);

    /// <summary>Solves A X = B for a triangle A, of which the other triangle is not read; B becomes the solution.</summary>
    /// <param name="a">[batch, n, n].</param>
    /// <param name="b">[batch, n, columns].</param>
    /// <param name="upper">Whether A is the upper triangle.</param>
    /// <param name="unit">Whether the diagonal counts as ones.</param>
    internal static void SolveTriangle(in Operand a, in Operand b, bool upper, bool unit) =>
        Run(new Substitution(upper ? 1 : 0, unit ? 1 : 0), a, b);

    private static void Run<TWork>(TWork work, in Operand a, in Operand b)
        where TWork : unmanaged, IMatrixWork
    {
        Debug.Assert(a.IsContiguous && b.IsContiguous && a.DType == b.DType && a.Device == b.Device, "contiguous matrices of one type");
        if (a.Count > 0)
        {
            Dispatch.Float(nameof(SmallMatrices), a.DType, a.Device, new Visitor<TWork>(work, a, b));
        }
    }

    private readonly ref struct Visitor<TWork>(TWork work, in Operand a, in Operand b) : IFloatVisitor
        where TWork : unmanaged, IMatrixWork
    {
        private readonly ref readonly Operand _a = ref a;
        private readonly ref readonly Operand _b = ref b;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_a.Device.StartsOnHost())
            {
                OnHost<TWork, TScalar>(work, _a, _b);
            }
            else
            {
                OnGpu<TWork, TScalar>(work, _a, _b);
            }
        }
    }
}

using System.Numerics;

namespace DeepSharp.Kernels;

/// <summary>The loops of a reduction: those over the results, and those over the elements of one result.</summary>
/// <remarks>
/// Axes are taken in the order in which they stand in the input's memory, so that transposed views cost nothing. How work is
/// split depends on sizes only, never on the number of threads.
/// </remarks>
internal unsafe struct ReducePlan
{
    internal const int Output = 0;
    internal const int Input = 1;
    internal const int Anchor = 2;

    /// <summary>The loops over the results: operands <see cref="Output"/>, <see cref="Input"/> and <see cref="Anchor"/>.</summary>
    internal LoopNest Kept;

    /// <summary>The loops over the elements of one result: one operand.</summary>
    internal LoopNest Reduced;

    internal int KeptCount;
    internal int ReducedCount;

    /// <summary>Into how many pieces of <see cref="PieceLength"/> the elements of a result are split, each a partial value.</summary>
    internal int Pieces;
    internal int PieceLength;

    /// <summary>Whether a kernel's four loops suffice for each.</summary>
    internal readonly bool FitsGpu => Kept.Rank <= 4 && Reduced.Rank <= 4;

    internal readonly void RequireFit()
    {
        if (!FitsGpu)
        {
            throw new ArgumentException("A reduction with so many axes needs a contiguous output on a GPU. Reduce into a copy.");
        }
    }

    /// <summary>Plans a reduction in one piece.</summary>
    /// <param name="output">The results: the reduced axes have length 1, or are left out.</param>
    /// <param name="input">The elements.</param>
    /// <param name="anchor">A number per result, laid out in either way; may repeat the output.</param>
    /// <param name="axes">Bit a is set if axis a is reduced.</param>
    /// <param name="inOrder">Keep the reduced axes in row-major order, for reductions that tell positions.</param>
    internal static ReducePlan Of(in Operand output, in Operand input, in Operand anchor, uint axes, bool inOrder = false)
    {
        ReducePlan plan = default;
        int rank = input.Dims.Length;
        Span<int> order = stackalloc int[LoopNest.MaxRank];
        Span<int> strides = stackalloc int[3];
        plan.KeptCount = 1;
        plan.ReducedCount = 1;
        for (int axis = 0; axis < rank; axis++)
        {
            order[axis] = axis;
            bool reduced = ((axes >> axis) & 1) != 0;
            plan.KeptCount *= reduced ? 1 : input.Dims[axis];
            plan.ReducedCount *= reduced ? input.Dims[axis] : 1;
        }

        SortByStride(order[..rank], input, inOrder ? axes : 0);
        for (int i = 0; i < rank; i++)
        {
            int axis = order[i];
            strides[0] = input.Strides[axis];
            if (((axes >> axis) & 1) != 0)
            {
                plan.Reduced.Append(input.Dims[axis], strides[..1]);
                continue;
            }

            strides[Input] = input.Strides[axis];
            strides[Output] = StrideOf(output, rank, axis, axes);
            strides[Anchor] = StrideOf(anchor, rank, axis, axes);
            plan.Kept.Append(input.Dims[axis], strides);
        }

        plan.Pieces = 1;
        plan.PieceLength = plan.ReducedCount;
        return plan;
    }

    /// <summary>Splits the elements of each result into pieces of one length.</summary>
    internal void Split(int pieceLength)
    {
        PieceLength = pieceLength;
        Pieces = Math.Max(1, ((ReducedCount - 1) / pieceLength) + 1);
    }

    /// <summary>The plan of the pass that joins the pieces, which stand one set of results behind the other.</summary>
    internal readonly ReducePlan Join()
    {
        ReducePlan plan = this;
        int stride = 1;
        for (int axis = Kept.Rank - 1; axis >= 0; axis--)
        {
            plan.Kept.Strides[(Input * LoopNest.MaxRank) + axis] = stride;
            stride *= Kept.Dims[axis];
        }

        plan.Reduced = default;
        plan.Reduced.Append(Pieces, [KeptCount]);
        plan.ReducedCount = Pieces;
        plan.Split(Pieces);
        return plan;
    }

    // Kept and reduced axes are sorted among each other too; only the order within each kind matters.
    private static void SortByStride(Span<int> order, in Operand input, uint fixedAxes)
    {
        for (int i = 1; i < order.Length; i++)
        {
            int axis = order[i];
            int j = i;
            while (j > 0 && Further(input, axis, order[j - 1]) && ((fixedAxes >> axis) & (fixedAxes >> order[j - 1]) & 1) == 0)
            {
                order[j] = order[j - 1];
                j--;
            }

            order[j] = axis;
        }
    }

    // Repeated elements come first: the innermost loop is to run over memory.
    private static bool Further(in Operand input, int a, int b)
    {
        uint distanceA = input.Strides[a] == 0 ? uint.MaxValue : (uint)Math.Abs(input.Strides[a]);
        uint distanceB = input.Strides[b] == 0 ? uint.MaxValue : (uint)Math.Abs(input.Strides[b]);
        return distanceA > distanceB;
    }

    private static int StrideOf(in Operand result, int rank, int axis, uint axes) =>
        result.Dims.Length == rank
            ? result.Strides[axis]
            : result.Strides[axis - BitOperations.PopCount(axes & ((1u << axis) - 1))];
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The loops over up to four operands of one shape, with axes of length one dropped and neighbouring axes merged wherever all
/// operands allow it.
/// </summary>
internal unsafe struct LoopNest
{
    /// <summary>The most axes a tensor may have.</summary>
    internal const int MaxRank = 8;

    internal const int MaxOperands = 4;

    internal int Rank;
    internal fixed int Dims[MaxRank];

    // Operand o's stride along axis a stands at o * MaxRank + a.
    internal fixed int Strides[MaxRank * MaxOperands];

    internal readonly int InnerLength => Rank == 0 ? 1 : Dims[Rank - 1];

    internal readonly int OuterCount
    {
        get
        {
            int count = 1;
            for (int axis = 0; axis < Rank - 1; axis++)
            {
                count *= Dims[axis];
            }

            return count;
        }
    }

    internal static LoopNest Over(int[] dims, ReadOnlySpan<int[]> strides)
    {
        LoopNest nest = default;
        int rank = 0;
        for (int axis = 0; axis < dims.Length; axis++)
        {
            int dim = dims[axis];
            if (dim == 1)
            {
                continue;
            }

            if (rank > 0 && nest.Merges(rank - 1, strides, axis, dim))
            {
                nest.Dims[rank - 1] *= dim;
                for (int operand = 0; operand < strides.Length; operand++)
                {
                    nest.Strides[(operand * MaxRank) + rank - 1] = strides[operand][axis];
                }

                continue;
            }

            nest.Dims[rank] = dim;
            for (int operand = 0; operand < strides.Length; operand++)
            {
                nest.Strides[(operand * MaxRank) + rank] = strides[operand][axis];
            }

            rank++;
        }

        nest.Rank = rank;
        return nest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int InnerStride(int operand) => Rank == 0 ? 0 : Strides[(operand * MaxRank) + Rank - 1];

    /// <summary>The offset of the first element of the inner loop number <paramref name="outer"/>.</summary>
    internal readonly int OuterOffset(int operand, int outer)
    {
        int offset = 0;
        int rest = outer;
        for (int axis = Rank - 2; axis >= 0; axis--)
        {
            int dim = Dims[axis];
            int quotient = rest / dim;
            offset += (rest - (quotient * dim)) * Strides[(operand * MaxRank) + axis];
            rest = quotient;
        }

        return offset;
    }

    private readonly bool Merges(int into, ReadOnlySpan<int[]> strides, int axis, int dim)
    {
        for (int operand = 0; operand < strides.Length; operand++)
        {
            if (Strides[(operand * MaxRank) + into] != strides[operand][axis] * dim)
            {
                return false;
            }
        }

        return true;
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// The loops over up to eight operands of one shape, with axes of length one dropped and neighbouring axes merged wherever all
/// operands allow it.
/// </summary>
internal unsafe struct LoopNest
{
    /// <summary>The most axes a tensor may have.</summary>
    internal const int MaxRank = 8;

    internal const int MaxOperands = 8;

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
        Span<int> along = stackalloc int[MaxOperands];
        for (int axis = 0; axis < dims.Length; axis++)
        {
            for (int operand = 0; operand < strides.Length; operand++)
            {
                along[operand] = strides[operand][axis];
            }

            nest.Append(dims[axis], along[..strides.Length]);
        }

        return nest;
    }

    /// <summary>Adds an axis inside the others, or merges it with the innermost one.</summary>
    internal void Append(int dim, ReadOnlySpan<int> strides)
    {
        if (dim == 1)
        {
            return;
        }

        if (Rank > 0 && Merges(strides, dim))
        {
            Dims[Rank - 1] *= dim;
        }
        else
        {
            Dims[Rank++] = dim;
        }

        for (int operand = 0; operand < strides.Length; operand++)
        {
            Strides[(operand * MaxRank) + Rank - 1] = strides[operand];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly int InnerStride(int operand) => Rank == 0 ? 0 : Strides[(operand * MaxRank) + Rank - 1];

    /// <summary>The offset of the first element of the inner loop number <paramref name="outer"/>.</summary>
    internal readonly int OuterOffset(int operand, int outer)
    {
        int offset = 0;
        int rest = outer;
        for (int axis = Rank - 2; axis > 0; axis--)
        {
            int dim = Dims[axis];
            int quotient = rest / dim;
            offset += (rest - (quotient * dim)) * Strides[(operand * MaxRank) + axis];
            rest = quotient;
        }

        return Rank < 2 ? 0 : offset + (rest * Strides[operand * MaxRank]);
    }

    /// <summary>The offset of element number <paramref name="index"/>.</summary>
    internal readonly int Offset(int operand, int index)
    {
        if (Rank <= 1)
        {
            return index * InnerStride(operand);
        }

        int outer = index / InnerLength;
        return OuterOffset(operand, outer) + ((index - (outer * InnerLength)) * InnerStride(operand));
    }

    private readonly bool Merges(ReadOnlySpan<int> strides, int dim)
    {
        for (int operand = 0; operand < strides.Length; operand++)
        {
            if (Strides[(operand * MaxRank) + Rank - 1] != strides[operand] * dim)
            {
                return false;
            }
        }

        return true;
    }
}

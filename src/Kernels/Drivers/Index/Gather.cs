namespace DeepSharp.Kernels;

/// <summary>Takes elements from where indices point.</summary>
/// <remarks>
/// Indices are Int32 or Int64. One that is outside its axis is an error on <see cref="Device.Cpu"/>, thrown before anything is
/// written; elsewhere, where looking would mean waiting, what it points at is NaN, or 0 if the elements are not floating point.
/// Outputs do not overlap inputs.
/// </remarks>
public static class Gather
{
    /// <summary>Whole slices: rows of a table, or along another axis.</summary>
    /// <remarks>
    /// The axis is replaced by the axes of the indices: with a table [V, D] and indices [A, B] the output is [A, B, D], and
    /// <c>output[a, b, d] = table[indices[a, b], d]</c>.
    /// </remarks>
    /// <param name="output">The output, contiguous, of the input's element type.</param>
    /// <param name="input">The table, contiguous, of any element type.</param>
    /// <param name="indices">The indices, contiguous, of any shape.</param>
    /// <param name="axis">The axis that indices point along, counted from the first.</param>
    /// <param name="name">The operator that errors name.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or an index is out of range.</exception>
    public static void Rows(in Operand output, in Operand input, in Operand indices, int axis = 0, string name = "Gather")
    {
        GatherChecks.Rows(name, "an output", output, input, indices, axis);
        if (output.Count == 0)
        {
            return;
        }

        switch (input.DType.Size, indices.DType)
        {
            case (1, DType.Int32):
                Gather<byte, Index32>.Rows(output, input, indices, axis, name);
                break;
            case (1, _):
                Gather<byte, Index64>.Rows(output, input, indices, axis, name);
                break;
            case (2, DType.Int32):
                Gather<short, Index32>.Rows(output, input, indices, axis, name);
                break;
            case (2, _):
                Gather<short, Index64>.Rows(output, input, indices, axis, name);
                break;
            case (4, DType.Int32):
                Gather<int, Index32>.Rows(output, input, indices, axis, name);
                break;
            case (4, _):
                Gather<int, Index64>.Rows(output, input, indices, axis, name);
                break;
            case (_, DType.Int32):
                Gather<long, Index32>.Rows(output, input, indices, axis, name);
                break;
            default:
                Gather<long, Index64>.Rows(output, input, indices, axis, name);
                break;
        }
    }

    /// <summary>Single elements along an axis: for a matrix and axis 0, <c>output[i, j] = input[indices[i, j], j]</c>.</summary>
    /// <param name="output">The output, shaped as the indices, of the input's element type.</param>
    /// <param name="input">The input, of any element type.</param>
    /// <param name="indices">The indices: of the input's rank, and along other axes at most as long as the input.</param>
    /// <param name="axis">The axis that indices point along, counted from the first.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or an index is out of range.</exception>
    public static void Along(in Operand output, in Operand input, in Operand indices, int axis)
    {
        GatherChecks.Along("Gather", "an output", output, input, indices, axis);
        if (output.Count == 0)
        {
            return;
        }

        switch (input.DType.Size, indices.DType)
        {
            case (1, DType.Int32):
                Gather<byte, Index32>.Along(output, input, indices, axis);
                break;
            case (1, _):
                Gather<byte, Index64>.Along(output, input, indices, axis);
                break;
            case (2, DType.Int32):
                Gather<short, Index32>.Along(output, input, indices, axis);
                break;
            case (2, _):
                Gather<short, Index64>.Along(output, input, indices, axis);
                break;
            case (4, DType.Int32):
                Gather<int, Index32>.Along(output, input, indices, axis);
                break;
            case (4, _):
                Gather<int, Index64>.Along(output, input, indices, axis);
                break;
            case (_, DType.Int32):
                Gather<long, Index32>.Along(output, input, indices, axis);
                break;
            default:
                Gather<long, Index64>.Along(output, input, indices, axis);
                break;
        }
    }
}

namespace DeepSharp.Kernels;

/// <summary>The errors of gathering and scattering. The table is what indices point into, the rows what stands at the indices.</summary>
internal static class GatherChecks
{
    internal static void Rows(string name, string what, in Operand rows, in Operand table, in Operand indices, int axis)
    {
        Common(name, rows, table, indices, axis);
        int[] expected = [.. table.Dims[..axis], .. indices.Dims, .. table.Dims[(axis + 1)..]];
        if (!rows.Dims.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"{name}: {what} of shape {ReductionChecks.Text(rows)} for indices {ReductionChecks.Text(indices)} along axis {axis} of "
                + $"{ReductionChecks.Text(table)}. Use [{string.Join(", ", expected)}].");
        }

        SoftmaxChecks.Contiguous(name, rows);
        SoftmaxChecks.Contiguous(name, table);
        SoftmaxChecks.Contiguous(name, indices);
    }

    internal static void Along(string name, string what, in Operand elements, in Operand table, in Operand indices, int axis)
    {
        Common(name, elements, table, indices, axis);
        bool fits = indices.Dims.Length == table.Dims.Length;
        for (int i = 0; fits && i < table.Dims.Length; i++)
        {
            fits = i == axis || indices.Dims[i] <= table.Dims[i];
        }

        if (!fits)
        {
            throw new ArgumentException(
                $"{name}: indices of shape {ReductionChecks.Text(indices)} along axis {axis} of {ReductionChecks.Text(table)}. They must "
                + "have as many axes, and none but that axis may be longer.");
        }

        if (!elements.Dims.AsSpan().SequenceEqual(indices.Dims))
        {
            throw new ArgumentException(
                $"{name}: {what} of shape {ReductionChecks.Text(elements)} for indices of shape {ReductionChecks.Text(indices)}. Both must "
                + "have one shape.");
        }
    }

    internal static void Summable(string name, in Operand target)
    {
        if (target.DType is DType.Bool or DType.UInt8 || target.DType.IsHalfPrecision)
        {
            throw new ArgumentException($"{name}: there is no arithmetic on {target.DType}. Cast to Int32 or Float32 first.");
        }
    }

    /// <summary>The indices are all below a length, on the host.</summary>
    internal static unsafe void InRange<TIndex>(string name, in Operand indices, int axis, int length)
        where TIndex : unmanaged, IIndex<TIndex>
    {
        TIndex* index = indices.Host<TIndex>();
        LoopNest nest = LoopNest.Over(indices.Dims, [indices.Strides]);
        int stride = nest.InnerStride(0);
        for (int outer = 0; outer < nest.OuterCount; outer++)
        {
            TIndex* row = index + nest.OuterOffset(0, outer);
            ulong largest = 0;
            for (int i = 0; i < nest.InnerLength; i++)
            {
                // A negative index becomes the largest of all.
                largest = Math.Max(largest, (ulong)TIndex.Value(row[(long)i * stride]));
            }

            if (largest >= (ulong)length)
            {
                throw OutOfRange<TIndex>(name, indices, axis, length);
            }
        }
    }

    private static unsafe ArgumentException OutOfRange<TIndex>(string name, in Operand indices, int axis, int length)
        where TIndex : unmanaged, IIndex<TIndex>
    {
        int[] position = new int[indices.Dims.Length];
        for (int i = 0; ; i++)
        {
            int rest = i;
            long offset = 0;
            for (int a = position.Length - 1; a >= 0; a--)
            {
                position[a] = rest % indices.Dims[a];
                rest /= indices.Dims[a];
                offset += (long)position[a] * indices.Strides[a];
            }

            long value = TIndex.Value(indices.Host<TIndex>()[offset]);
            if ((ulong)value >= (ulong)length)
            {
                string range = length == 0 ? "an empty axis" : $"0 … {length - 1}";
                return new ArgumentException(
                    $"{name}: the index {value} at position [{string.Join(", ", position)}] is outside {range} along axis {axis}. "
                    + "Correct the indices, or make what they point into longer.",
                    nameof(indices));
            }
        }
    }

    private static void Common(string name, in Operand elements, in Operand table, in Operand indices, int axis)
    {
        if (axis < 0 || axis >= table.Dims.Length)
        {
            throw new ArgumentException($"{name}: there is no axis {axis} in a shape {ReductionChecks.Text(table)}.");
        }

        if (indices.DType is not (DType.Int32 or DType.Int64))
        {
            throw new ArgumentException($"{name}: indices of type {indices.DType}. Use Int32 or Int64.");
        }

        SoftmaxChecks.Alike(name, elements, table);
        SoftmaxChecks.SameDevice(name, indices, table);
    }
}

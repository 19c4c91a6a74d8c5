namespace DeepSharp.Kernels;

/// <summary>The errors of reductions.</summary>
internal static class ReductionChecks
{
    internal static void SameType(string name, in Operand output, in Operand input)
    {
        if (output.DType != input.DType)
        {
            throw new ArgumentException(
                $"{name}: the output is of type {output.DType} and the input of type {input.DType}. Cast one of them.", nameof(output));
        }
    }

    internal static void Shapes(string name, in Operand output, in Operand input, uint axes)
    {
        int rank = input.Dims.Length;
        if (rank > LoopNest.MaxRank || (axes >> rank) != 0)
        {
            throw new ArgumentException(
                $"{name}: axis mask 0x{axes:x} names axes that the input of shape {Text(input)} has not.", nameof(axes));
        }

        if (output.Device != input.Device)
        {
            throw new ArgumentException(
                $"{name}: the output is on {output.Device} and the input on {input.Device}. Copy one to the other's device.",
                nameof(output));
        }

        bool full = output.Dims.Length == rank;
        int next = 0;
        for (int axis = 0; axis < rank; axis++)
        {
            bool reduced = ((axes >> axis) & 1) != 0;
            if (reduced && !full)
            {
                continue;
            }

            if (next >= output.Dims.Length || output.Dims[next++] != (reduced ? 1 : input.Dims[axis]))
            {
                throw Misfit(name, output, input, axes);
            }
        }

        if (next != output.Dims.Length)
        {
            throw Misfit(name, output, input, axes);
        }
    }

    internal static void Elements(string name, bool allowsEmpty, in Operand input, uint axes)
    {
        if (allowsEmpty)
        {
            return;
        }

        int kept = 1;
        int reduced = 1;
        for (int axis = 0; axis < input.Dims.Length; axis++)
        {
            if (((axes >> axis) & 1) != 0)
            {
                reduced *= input.Dims[axis];
            }
            else
            {
                kept *= input.Dims[axis];
            }
        }

        if (reduced == 0 && kept != 0)
        {
            throw new ArgumentException(
                $"{name}: the input of shape {Text(input)} has no elements along the axes to reduce, and there is no "
                + $"{name.ToLowerInvariant()} of no elements. Reduce other axes, or leave empty tensors out.", nameof(input));
        }
    }

    internal static void FitsGpu(in ReducePlan plan)
    {
        if (!plan.FitsGpu)
        {
            throw new ArgumentException("A reduction with so many axes needs a contiguous output on a GPU. Reduce into a copy.");
        }
    }

    internal static string Text(in Operand operand) => $"[{string.Join(", ", operand.Dims)}]";

    private static ArgumentException Misfit(string name, in Operand output, in Operand input, uint axes) => new(
        $"{name}: an output of shape {Text(output)} does not hold the reduction of an input of shape {Text(input)} over the axes of "
        + $"mask 0x{axes:x}. The reduced axes must have length 1, or be left out.", nameof(output));
}

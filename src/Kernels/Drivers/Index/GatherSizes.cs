namespace DeepSharp.Kernels;

/// <summary>A table seen as [outer, length, inner], and how many indices point along its middle axis.</summary>
internal readonly struct GatherSizes
{
    internal GatherSizes(in Operand table, in Operand indices, int axis)
    {
        Outer = 1;
        Inner = 1;
        for (int i = 0; i < table.Dims.Length; i++)
        {
            Outer *= i < axis ? table.Dims[i] : 1;
            Inner *= i > axis ? table.Dims[i] : 1;
        }

        Length = table.Dims[axis];
        Indices = indices.Count;
    }

    internal int Outer { get; }

    internal int Length { get; }

    internal int Inner { get; }

    internal int Indices { get; }

    /// <summary>The loops over elements, indices and table; the table stands still along the axis.</summary>
    internal static LoopNest Nest(in Operand elements, in Operand indices, in Operand table, int axis)
    {
        int[] strides = [.. table.Strides];
        strides[axis] = 0;
        return LoopNest.Over(indices.Dims, [elements.Strides, indices.Strides, strides]);
    }
}

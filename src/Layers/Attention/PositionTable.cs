namespace DeepSharp.Layers;

/// <summary>Tables of positions, and the rows of one that go with a sequence.</summary>
internal static class PositionTable
{
    /// <summary>A tensor of numbers that belongs to no scope.</summary>
    internal static Tensor Made(double[] values, Shape shape, DType dtype, Device? device)
    {
        using TensorScope scope = Tensor.Scope();
        return Tensor.From(values, shape, device).To(dtype).KeepForever();
    }

    /// <summary>The input plus the rows of a table [positions, features] from a start.</summary>
    internal static Tensor Add(Module layer, Tensor input, Tensor table, int start, bool batchFirst)
    {
        ArgumentNullException.ThrowIfNull(input);
        string name = layer.GetType().Name;
        Bounds.AtLeast(0, start, name);
        int axis = batchFirst && input.Rank == 3 ? 1 : 0;
        if (input.Rank is not (2 or 3) || input.Shape[^1] != table.Shape[1] || start + input.Shape[axis] > table.Shape[0])
        {
            throw new ArgumentException(
                $"{name}: an input {input.Shape} from position {start} does not fit a table {table.Shape} of [positions, features]. It is "
                + $"{(batchFirst ? "[batch, positions" : "[positions, batch")}, {table.Shape[1]}], or [positions, {table.Shape[1]}]; make the table longer, or cut the "
                + "input.",
                nameof(input));
        }

        Tensor rows = table.Narrow(0, start, input.Shape[axis]);
        return input + (input.Rank == 3 && !batchFirst ? rows.Unsqueeze(1) : rows);
    }
}

namespace DeepSharp;

/// <summary>Tensors as matrices, for kernels that know rows only.</summary>
internal static class RowForm
{
    /// <summary>The tensor as [rows, last axis]. The rows are counted, since nothing tells how many there are of an empty axis.</summary>
    internal static Tensor AsRows(this Tensor x) =>
        x.Rank == 2 ? x : x.Reshape(new Shape(x.Shape.AsSpan()[..^1]).Size, x.Shape[^1]);
}

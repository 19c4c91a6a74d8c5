using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Taking, adding and setting elements where indices point, with gradients.</summary>
/// <remarks>
/// Indices are Int32 or Int64 and take no gradient. One that is outside its axis is an error on <see cref="Device.Cpu"/>;
/// elsewhere, where looking would mean waiting, it gives NaN (0 in integers) or, in a sum, is left out. Sums, gradients among them,
/// are taken in the order of the indices on <see cref="Device.Cpu"/>, and in no fixed order on GPUs.
/// </remarks>
public static class IndexOperators
{
    extension(Tensor x)
    {
        /// <summary>
        /// Single elements along an axis: for a matrix and axis 0, <c>y[i, j] = x[index[i, j], j]</c>. PyTorch's gather.
        /// </summary>
        /// <param name="index">The indices: of x's rank, and along other axes at most as long as x.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <returns>A tensor shaped as the index.</returns>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or an index is out of range.</exception>
        public Tensor Gather(Tensor index, int axis)
        {
            int along = Axis(nameof(Gather), x, index, axis);
            CheckElements(nameof(Gather), x, index, along);
            return GatherNode.Run(nameof(Gather), x, index, along, slices: false);
        }

        /// <summary>
        /// Whole slices along an axis, which is replaced by the axes of the indices: for a matrix and indices [K],
        /// <c>y[k, j] = x[indices[k], j]</c>. PyTorch's index_select, for indices of any shape.
        /// </summary>
        /// <param name="indices">The indices.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">An index is out of range.</exception>
        public Tensor IndexSelect(Tensor indices, int axis = 0)
        {
            int along = Axis(nameof(IndexSelect), x, indices, axis);
            return GatherNode.Run(nameof(IndexSelect), x, indices, along, slices: true);
        }

        /// <summary>Rows of a table [V, D] for indices of any shape: […] becomes […, D].</summary>
        /// <param name="indices">The indices, in 0 … V - 1.</param>
        /// <param name="paddingIndex">A row that takes no gradient; null for none.</param>
        /// <exception cref="ArgumentException">The table is not a matrix, or an index is out of range.</exception>
        public Tensor Embedding(Tensor indices, int? paddingIndex = null)
        {
            int along = Axis(nameof(Embedding), x, indices, 0);
            if (x.Rank != 2 || paddingIndex < 0 || paddingIndex >= x.Shape[0])
            {
                throw new ArgumentException(
                    $"Embedding: a table {x.Shape} and a padding index of {paddingIndex?.ToString() ?? "none"}. Use a table [V, D] and an "
                    + "index of one of its rows.");
            }

            return GatherNode.Run(nameof(Embedding), x, indices, along, slices: true, paddingIndex);
        }

        /// <summary>
        /// x with elements added along an axis: for a matrix and axis 0, <c>y[index[i, j], j] += source[i, j]</c>. PyTorch's
        /// scatter_add; x itself is left as it is.
        /// </summary>
        /// <param name="index">The indices: of x's rank, and along other axes at most as long as x.</param>
        /// <param name="source">What is added, shaped as the index.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or an index is out of range.</exception>
        public Tensor ScatterAdd(Tensor index, Tensor source, int axis)
        {
            ArgumentNullException.ThrowIfNull(source);
            int along = Axis(nameof(ScatterAdd), x, index, axis);
            CheckSource(nameof(ScatterAdd), x, source);
            CheckElements(nameof(ScatterAdd), x, index, along);
            CheckShape(nameof(ScatterAdd), x, index, source, index.Shape);
            return ScatterAddNode.Run(nameof(ScatterAdd), x, x.Shape, source, index, along, slices: false);
        }

        /// <summary>
        /// x with elements replaced along an axis: for a matrix and axis 0, <c>y[index[i, j], j] = source[i, j]</c>. PyTorch's scatter; x itself
        /// is left as it is.
        /// </summary>
        /// <remarks>Where indices meet, the last in the order of the index tensor counts, on every device, and it alone has a gradient.</remarks>
        /// <param name="index">The indices: of x's rank, and along other axes at most as long as x.</param>
        /// <param name="source">What comes there, shaped as the index, of x's element type.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or an index is out of range.</exception>
        public Tensor Scatter(Tensor index, Tensor source, int axis)
        {
            ArgumentNullException.ThrowIfNull(source);
            int along = Axis(nameof(Scatter), x, index, axis);
            Binary.CheckArgument(nameof(Scatter), x, "the source", source);
            Binary.CheckDevice(nameof(Scatter), x, "the source", source);
            CheckElements(nameof(Scatter), x, index, along);
            CheckShape(nameof(Scatter), x, index, source, index.Shape);
            if (index.Count == 0)
            {
                return x.Clone().MadeBy(nameof(Scatter));
            }

            Tensor last = Last(x, index, along);
            return Tensor.Where(last >= 0, source.Flatten().IndexSelect(last.ClampMin(0)), x).MadeBy(nameof(Scatter));
        }

        /// <summary>x with a number where indices point along an axis: for a matrix and axis 0, <c>y[index[i, j], j] = value</c>. PyTorch's scatter; x
        /// itself is left as it is.</summary>
        /// <param name="index">The indices: of x's rank, and along other axes at most as long as x.</param>
        /// <param name="value">The number.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">Shapes or devices do not fit, or an index is out of range.</exception>
        public Tensor Scatter(Tensor index, double value, int axis)
        {
            int along = Axis(nameof(Scatter), x, index, axis);
            CheckElements(nameof(Scatter), x, index, along);
            return x.MaskedFill(Last(x, index, along) >= 0, value).MadeBy(nameof(Scatter));
        }

        /// <summary>
        /// x with whole slices added along an axis: for a matrix and indices [K], <c>y[indices[k], j] += source[k, j]</c>. PyTorch's
        /// index_add, for indices of any shape; x itself is left as it is.
        /// </summary>
        /// <param name="indices">The indices.</param>
        /// <param name="source">What is added: shaped as x, with the axes of the indices in the place of the axis.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">Shapes, element types or devices do not fit, or an index is out of range.</exception>
        public Tensor IndexAdd(Tensor indices, Tensor source, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(source);
            int along = Axis(nameof(IndexAdd), x, indices, axis);
            CheckSource(nameof(IndexAdd), x, source);
            CheckShape(
                nameof(IndexAdd), x, indices, source,
                new Shape([.. x.Shape.AsSpan()[..along], .. indices.Shape, .. x.Shape.AsSpan()[(along + 1)..]]));
            return ScatterAddNode.Run(nameof(IndexAdd), x, x.Shape, source, indices, along, slices: true);
        }
    }

    // For each element of x the number of the last index that points at it, or -1.
    private static Tensor Last(Tensor x, Tensor index, int axis)
    {
        Tensor last = Tensor.Full(x.Shape, -1, DType.Int32, x.Device);
        Tensor numbers = Tensor.Arange(index.Count, DType.Int32, x.Device).Reshape(index.Shape);
        Indexing.ScatterLargest(last.Operand, numbers.Operand, index.Contiguous().Operand, axis, "Scatter");
        return last;
    }

    private static int Axis(string operation, Tensor x, Tensor indices, int axis)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.DType is not (DType.Int32 or DType.Int64))
        {
            throw new ArgumentException(
                $"{operation}: indices {indices.Shape} of type {indices.DType} must be Int32 or Int64. Convert with To(DType.Int64).");
        }

        Binary.CheckDevice(operation, x, "the index", indices);
        return x.Shape.Axis(axis, operation);
    }

    // 16-bit floats are added in Float32, to 16-bit floats or to Float32.
    private static void CheckSource(string operation, Tensor x, Tensor source)
    {
        if (!source.DType.IsHalfPrecision || !(x.DType.IsHalfPrecision || x.DType == DType.Float32))
        {
            Binary.CheckArgument(operation, x, "the source", source);
        }

        Binary.CheckDevice(operation, x, "the source", source);
    }

    private static void CheckElements(string operation, Tensor x, Tensor index, int axis)
    {
        bool fits = index.Rank == x.Rank;
        for (int i = 0; fits && i < x.Rank; i++)
        {
            fits = i == axis || index.Shape[i] <= x.Shape[i];
        }

        if (!fits)
        {
            throw new ArgumentException(
                $"{operation}: an index {index.Shape} along axis {axis} of {x.Shape}. It must have as many axes, and none but that axis "
                + "may be longer: reshape or slice it.");
        }
    }

    private static void CheckShape(string operation, Tensor x, Tensor index, Tensor source, Shape needed)
    {
        if (source.Shape != needed)
        {
            throw new ArgumentException(
                $"{operation}: the source {source.Shape} does not fit an index {index.Shape} and {x.Shape}. Reshape it to {needed}.");
        }
    }
}

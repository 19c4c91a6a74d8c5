using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Elements where tensors point.</content>
public partial class Tensor
{
    /// <summary>
    /// The slices of the first axis that indices (Int32 or Int64) name: a matrix x and indices [K] give <c>y[k, j] = x[places[k], j]</c>. Or, for a mask,
    /// what stands where it is true: it covers the first axes of the tensor, and the result has one axis in their place.
    /// </summary>
    /// <remarks>Negative indices count from the end. Gradients flow through reading. A mask, and assignment, wait for the device. In an assignment the
    /// value broadcasts to what reading gives and is converted; of several values for one place the last one stays.</remarks>
    /// <param name="places">Indices of any shape, or a mask.</param>
    /// <exception cref="ArgumentException">The tensor holds other elements, the mask has another shape, an index is out of range on the CPU, or
    /// the value does not broadcast.</exception>
    /// <exception cref="InvalidOperationException">An assignment to a tensor that has a place in a graph of gradients.</exception>
    [IndexerName("Elements")]
    public Tensor this[Tensor places]
    {
        get
        {
            Tensor rows = IndexedRows(places, out Tensor indices);
            Tensor contiguous = rows.Contiguous();
            Tensor result = Uninitialized(new Shape([.. indices.Shape, .. rows.Shape.AsSpan()[1..]]), DType, Device, "Index");
            Indexing.Gather(result.Operand, contiguous.Operand, indices.Operand, 0, slices: true, "Index");
            rows.Node?.AttachGather(rows, result, indices);
            return result;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            RequireNoGraph();
            using TensorScope scope = Scope();
            Tensor rows = IndexedRows(places, out Tensor indices);
            int count = rows.Shape[0];
            Shape shape = new([indices.Count, .. rows.Shape.AsSpan()[1..]]);
            Shape read = new([.. indices.Shape, .. rows.Shape.AsSpan()[1..]]);
            using Tensor held = value.Hold();
            Tensor values = held.To(DType).To(Device).Expand(read).Reshape(shape);

            // Each row comes from the tensor itself or from the last value for it, which stand one behind the other.
            Tensor both = Uninitialized(new Shape([checked(count + indices.Count), .. rows.Shape.AsSpan()[1..]]), DType, Device, "Index");
            both.Narrow(0, 0, count).CopyFrom(rows);
            both.Narrow(0, count, indices.Count).CopyFrom(values);
            int[] sources = new int[count];
            for (int i = 0; i < count; i++)
            {
                sources[i] = i;
            }

            long[] targets = indices.To(DType.Int64).ToArray<long>();
            for (int i = 0; i < targets.Length; i++)
            {
                if (targets[i] < 0 || targets[i] >= count)
                {
                    throw new ArgumentException(
                        $"Index: place {i} of {indices.Shape} names slice {targets[i]}, and axis 0 of {Shape} has {count}. Use {-count} to {count - 1}.",
                        nameof(places));
                }

                sources[targets[i]] = count + i;
            }

            Tensor order = From(sources, Device);
            Tensor result = Uninitialized(rows.Shape, DType, Device, "Index");
            Indexing.Gather(result.Operand, both.Operand, order.Operand, 0, slices: true, "Index");
            CopyFrom(result.Reshape(Shape));
        }
    }

    /// <summary>The places where a mask is true, in row-major order. Waits for the device.</summary>
    internal long[] TruePlaces()
    {
        bool[] flags = ToArray<bool>();
        List<long> places = [];
        for (int i = 0; i < flags.Length; i++)
        {
            if (flags[i])
            {
                places.Add(i);
            }
        }

        return [.. places];
    }

    // The tensor with the axes that the places speak of as its first one, and plain indices of that one.
    private Tensor IndexedRows(Tensor places, out Tensor indices)
    {
        ArgumentNullException.ThrowIfNull(places);
        if (!ReferenceEquals(places.Device, Device))
        {
            throw new ArgumentException($"Index: the places {places.Shape} are on {places.Device}, and {Shape} on {Device}. Move one with To(Device).", nameof(places));
        }

        if (places.DType == DType.Bool)
        {
            if (places.Rank == 0 || places.Rank > Rank || !places.Shape.AsSpan().SequenceEqual(Shape.AsSpan()[..places.Rank]))
            {
                throw new ArgumentException(
                    $"Index: a mask {places.Shape} does not cover the first axes of {Shape}. Give it their lengths, or Expand it.", nameof(places));
            }

            indices = From(places.TruePlaces(), Device);
            return places.Rank == 1 ? this : Reshape(new Shape([places.Count, .. Shape.AsSpan()[places.Rank..]]));
        }

        if (places.DType is not (DType.Int32 or DType.Int64) || Rank == 0)
        {
            throw new ArgumentException(
                $"Index: places {places.Shape} of {places.DType} in a tensor {Shape}. Use Int32 or Int64 indices, or a mask, and a tensor with an axis.",
                nameof(places));
        }

        indices = Uninitialized(places.Shape, places.DType, Device, "Index");
        Elementwise.RunNumeric(new WrapOp(Shape[0]), indices.Operand, places.Operand, indices.Operand, indices.Operand);
        return this;
    }

    private void RequireNoGraph()
    {
        if (Node is not null)
        {
            throw new InvalidOperationException(
                $"Index: the tensor {Shape} made by {Origin} has a place in a graph of gradients, which an assignment would make wrong. Assign to its "
                + "Detach(), which shares its elements, or to a Clone() of that.");
        }
    }
}

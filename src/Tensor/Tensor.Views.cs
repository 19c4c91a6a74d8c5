using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Views, which copy nothing, and copies. All of them pass gradients on.</content>
public partial class Tensor
{
    // What a copy between devices takes of the host's memory at a time, and so of staging memory.
    private const int TransferBytes = 16 * 1024 * 1024;

    /// <summary>The transposed matrix; of more axes, the last two are swapped.</summary>
    /// <exception cref="InvalidOperationException">The tensor has fewer than two axes.</exception>
    public Tensor T => Rank >= 2
        ? Transpose(-2, -1)
        : throw new InvalidOperationException($"T: a tensor of shape {Shape} has no two axes to swap.");

    /// <summary>
    /// A part of the tensor: numbers pick, ranges cut, <see cref="TensorIndex.NewAxis"/> adds an axis. Axes that are not named
    /// stay whole: <c>x[..32, ^1]</c>. Assignment, <c>x[0] = row</c>, overwrites the part; the value broadcasts and is converted.
    /// </summary>
    /// <exception cref="ArgumentException">There are more places than axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number or range lies outside its axis.</exception>
    /// <exception cref="InvalidOperationException">An assignment to a tensor that has a place in a graph of gradients.</exception>
    [System.Runtime.CompilerServices.IndexerName("Elements")]
    public Tensor this[params ReadOnlySpan<TensorIndex> places]
    {
        get
        {
            int named = 0;
            int ellipses = 0;
            foreach (TensorIndex place in places)
            {
                named += place.What is TensorIndex.Kind.Range or TensorIndex.Kind.Single ? 1 : 0;
                ellipses += place.What == TensorIndex.Kind.Ellipsis ? 1 : 0;
            }

            if (named > Rank || ellipses > 1)
            {
                throw new ArgumentException(
                    $"Index: {named} places and {ellipses} ellipses do not fit a tensor of shape {Shape}. Give at most {Rank} numbers or ranges and "
                    + "one ellipsis.");
            }

            int[] starts = new int[Rank];
            int[] steps = new int[Rank];
            int[] lengths = Shape.ToArray();
            Array.Fill(steps, 1);
            List<int> result = [];
            int axis = 0;
            foreach (TensorIndex place in places)
            {
                switch (place.What)
                {
                    case TensorIndex.Kind.NewAxis:
                        result.Add(1);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        for (int skipped = Rank - named; skipped > 0; skipped--)
                        {
                            result.Add(Shape[axis++]);
                        }

                        break;
                    case TensorIndex.Kind.Single:
                        starts[axis] = Position(place.Range.Start, axis);
                        lengths[axis++] = 1;
                        break;
                    default:
                        (starts[axis], int length) = Part(place.Range, axis);
                        steps[axis] = place.Step;
                        lengths[axis] = length == 0 ? 0 : ((length - 1) / place.Step) + 1;
                        result.Add(lengths[axis++]);
                        break;
                }
            }

            for (; axis < Rank; axis++)
            {
                result.Add(Shape[axis]);
            }

            Tensor cut = Cut(starts, steps, lengths);
            Shape shape = new([.. result]);
            if (shape == cut.Shape)
            {
                return cut;
            }

            // Nobody knows the handle in between; it must not hold the memory until the scope ends.
            Tensor part = cut.Reshape(shape).MadeBy(cut.Origin);
            cut.Dispose();
            return part;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            RequireNoGraph();
            using Tensor part = this[places];
            part.CopyFrom(value);
        }
    }

    /// <summary>The same elements in another shape. One length may be -1: it follows from the others.</summary>
    /// <remarks>Nothing is copied where the strides allow it.</remarks>
    /// <exception cref="ArgumentException">The shapes differ in their number of elements.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public Tensor Reshape(params ReadOnlySpan<int> dims)
    {
        int[] wanted = dims.ToArray();
        int unknown = Array.IndexOf(wanted, -1);
        if (Array.LastIndexOf(wanted, -1) != unknown)
        {
            throw new ArgumentException(
                $"Reshape: only one length may be -1, and {Shape.Format(wanted)} has more, for a tensor of shape {Shape}. Name the others.",
                nameof(dims));
        }

        if (unknown >= 0)
        {
            wanted[unknown] = 1;
            int rest = new Shape(wanted).Size;
            if (rest == 0 || Count % rest != 0)
            {
                throw new ArgumentException(
                    $"Reshape: {Count} elements of {Shape} cannot be laid out as {Shape.Format(dims)}.", nameof(dims));
            }

            wanted[unknown] = Count / rest;
        }

        return Reshape(new Shape(wanted));
    }

    /// <inheritdoc cref="Reshape(ReadOnlySpan{int})"/>
    public Tensor Reshape(Shape shape)
    {
        if (shape.Size != Count)
        {
            throw new ArgumentException(
                $"Reshape: the shape {Shape} has {Count} elements, {shape} has {shape.Size}.", nameof(shape));
        }

        if (ViewStrides.Find(Shape, _strides, shape) is not { } strides)
        {
            using Tensor copy = Clone();
            return copy.Reshape(shape);
        }

        Tensor view = Alias(shape, strides, _offset, nameof(Reshape));
        Node?.AttachReshape(this, view);
        return view;
    }

    /// <summary>The axes from one to another as one: [2, 3, 4, 5] from 1 to 2 becomes [2, 12, 5]. A scalar becomes [1].</summary>
    /// <param name="first">The first of the axes, from the end if negative.</param>
    /// <param name="last">The last of them, from the end if negative.</param>
    /// <exception cref="ArgumentException">There is no such axis, the last one comes before the first, or, of an empty tensor, they are together
    /// longer than 2^31 - 1.</exception>
    public Tensor Flatten(int first = 0, int last = -1)
    {
        if (Rank == 0)
        {
            return Reshape(new Shape(1)).MadeBy(nameof(Flatten));
        }

        int start = Shape.Axis(first, nameof(Flatten));
        int end = Shape.Axis(last, nameof(Flatten)) + 1;
        if (end <= start)
        {
            throw new ArgumentException($"Flatten: of {Shape}, axis {last} comes before axis {first}. Give the first axis first.", nameof(last));
        }

        long length = Shape.Product(Shape.AsSpan()[start..end]);
        return length <= int.MaxValue
            ? Reshape(new Shape([.. Shape.AsSpan()[..start], (int)length, .. Shape.AsSpan()[end..]])).MadeBy(nameof(Flatten))
            : throw new ArgumentException(
                $"Flatten: the axes of {Shape} from {start} to {end - 1} are together longer than {int.MaxValue:N0}, though the tensor is empty. Flatten "
                + "fewer axes.", nameof(first));
    }

    /// <summary>Drops the axes of length one, or one of them.</summary>
    /// <exception cref="ArgumentException">The axis named is longer than one.</exception>
    public Tensor Squeeze(int? axis = null)
    {
        if (axis is null)
        {
            return Reshape(new Shape([.. Shape.Where(static dim => dim != 1)])).MadeBy(nameof(Squeeze));
        }

        int at = Shape.Axis(axis.Value, nameof(Squeeze));
        return Shape[at] == 1
            ? Reshape(new Shape([.. Shape.Take(at), .. Shape.Skip(at + 1)])).MadeBy(nameof(Squeeze))
            : throw new ArgumentException($"Squeeze: axis {axis} of {Shape} has length {Shape[at]}, not 1.", nameof(axis));
    }

    /// <summary>Adds an axis of length one at a place; -1 is behind the last.</summary>
    public Tensor Unsqueeze(int axis)
    {
        int at = axis < 0 ? axis + Rank + 1 : axis;
        return at >= 0 && at <= Rank
            ? Reshape(new Shape([.. Shape.Take(at), 1, .. Shape.Skip(at)])).MadeBy(nameof(Unsqueeze))
            : throw new ArgumentOutOfRangeException(nameof(axis), $"Unsqueeze: use {-Rank - 1} to {Rank} for {Shape}, not {axis}.");
    }

    /// <summary>Swaps two axes.</summary>
    public Tensor Transpose(int first, int second)
    {
        int a = Shape.Axis(first, nameof(Transpose));
        int b = Shape.Axis(second, nameof(Transpose));
        int[] axes = [.. Enumerable.Range(0, Rank)];
        (axes[a], axes[b]) = (axes[b], axes[a]);
        return Permute(axes).MadeBy(nameof(Transpose));
    }

    /// <summary>Reorders the axes: axis i of the result is axis <paramref name="axes"/>[i] of this tensor.</summary>
    /// <exception cref="ArgumentException">The numbers are not each axis once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        int[] order = new int[Rank];
        int[] dims = new int[Rank];
        int[] strides = new int[Rank];
        int seen = 0;
        for (int i = 0; i < axes.Length && axes.Length == Rank; i++)
        {
            order[i] = Shape.Axis(axes[i], nameof(Permute));
            seen |= 1 << order[i];
            dims[i] = Shape[order[i]];
            strides[i] = _strides[order[i]];
        }

        if (axes.Length != Rank || seen != (1 << Rank) - 1)
        {
            throw new ArgumentException(
                $"Permute: {Shape.Format(axes)} does not name each axis of {Shape} once.", nameof(axes));
        }

        Tensor view = Alias(new Shape(dims), strides, _offset, nameof(Permute));
        Node?.AttachPermute(this, view, order);
        return view;
    }

    /// <summary>Repeats axes of length one, and adds axes in front, up to a shape.</summary>
    /// <exception cref="ArgumentException">An axis is neither 1 nor the wanted length.</exception>
    public Tensor Expand(Shape shape)
    {
        if (shape == Shape)
        {
            return this;
        }

        int added = shape.Rank - Rank;
        int[] strides = new int[shape.Rank];
        bool fits = added >= 0;
        for (int axis = Math.Max(0, added); axis < shape.Rank && fits; axis++)
        {
            int own = Shape[axis - added];
            fits = own == shape[axis] || own == 1;
            strides[axis] = own == 1 && shape[axis] != 1 ? 0 : _strides[axis - added];
        }

        if (!fits)
        {
            throw new ArgumentException($"Expand: {Shape} does not broadcast to {shape}.", nameof(shape));
        }

        Tensor view = Alias(shape, strides, _offset, nameof(Expand));
        Node?.AttachExpand(this, view);
        return view;
    }

    /// <summary><paramref name="length"/> elements along an axis, from <paramref name="start"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They reach beyond the axis.</exception>
    public Tensor Narrow(int axis, int start, int length)
    {
        int at = Shape.Axis(axis, nameof(Narrow));
        if (start < 0 || length < 0 || length > Shape[at] - start)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), $"Narrow: {length} elements from {start} on are not inside axis {axis} of {Shape}.");
        }

        int[] starts = new int[Rank];
        int[] steps = new int[Rank];
        int[] lengths = Shape.ToArray();
        Array.Fill(steps, 1);
        starts[at] = start;
        lengths[at] = length;
        return Cut(starts, steps, lengths);
    }

    /// <summary>The tensor itself if it is contiguous, else a contiguous copy.</summary>
    public Tensor Contiguous() => IsContiguous ? this : Clone();

    /// <summary>A contiguous copy.</summary>
    public Tensor Clone()
    {
        Tensor copy = Uninitialized(Shape, DType, Device, nameof(Clone));
        StridedCopy.Run(copy.Operand, Operand);
        Node?.AttachCopy(this, copy);
        return copy;
    }

    /// <summary>The values in another element type; the tensor itself if it has that type.</summary>
    /// <remarks>The rule is one for all types and devices. Towards integers, fractions are cut off, numbers beyond the type's range become its
    /// nearest end (300 becomes 255 in UInt8, -1 becomes 0; PyTorch and NumPy wrap or leave it open), and NaN becomes 0. Towards floats,
    /// numbers are rounded to the nearest, ties to even, and become infinite beyond the range. Towards masks, what is not 0, NaN too, is true.
    /// Constants are not converted but refused where they do not fit: see <see cref="Full"/>.</remarks>
    public Tensor To(DType dtype)
    {
        if (dtype == DType)
        {
            return this;
        }

        Tensor source = Contiguous();
        Tensor copy = Uninitialized(Shape, dtype, Device, "Cast");
        Cast.Run(copy.Operand, source.Operand);
        if (dtype.IsFloatingPoint && DType.IsFloatingPoint)
        {
            Node?.AttachCopy(this, copy);
        }

        return copy;
    }

    /// <summary>The values on another device; the tensor itself if it is there.</summary>
    public Tensor To(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (ReferenceEquals(device, Device))
        {
            return this;
        }

        Tensor source = Contiguous();
        Tensor copy = Uninitialized(Shape, DType, device, "To");
        long length = (long)Count * DType.Size;
        byte[] bytes = new byte[Math.Min(length, TransferBytes)];
        for (long at = 0; at < length; at += bytes.Length)
        {
            Span<byte> part = bytes.AsSpan(0, (int)Math.Min(bytes.Length, length - at));
            source.Storage.Block.Download(part, ((long)source._offset * DType.Size) + at);
            copy.Storage.Block.Upload<byte>(part, at);
        }

        Node?.AttachCopy(this, copy);
        return copy;
    }

    internal Tensor Cut(int[] starts, int[] steps, int[] lengths)
    {
        int offset = _offset;
        int[] strides = new int[Rank];
        for (int axis = 0; axis < Rank; axis++)
        {
            // An empty part may start behind the last element; it must not point there.
            offset += lengths[axis] == 0 ? 0 : starts[axis] * _strides[axis];
            strides[axis] = _strides[axis] * steps[axis];
        }

        Tensor view = Alias(new Shape(lengths), strides, offset, "Slice");
        Node?.AttachSlice(this, view, starts, steps);
        return view;
    }

    private int Position(Index index, int axis)
    {
        int position = index.GetOffset(Shape[axis]);
        return position >= 0 && position < Shape[axis]
            ? position
            : throw new ArgumentOutOfRangeException(
                nameof(index),
                $"Index: {index} is outside axis {axis} of {Shape}; {(Shape[axis] == 0 ? "it is empty" : $"use {-Shape[axis]} to {Shape[axis] - 1}")}.");
    }

    private (int Start, int Length) Part(Range range, int axis)
    {
        int dim = Shape[axis];
        int start = range.Start.GetOffset(dim);
        int end = range.End.GetOffset(dim);
        return start >= 0 && start <= end && end <= dim
            ? (start, end - start)
            : throw new ArgumentOutOfRangeException(
                nameof(range), $"Index: {range} is not inside axis {axis} of {Shape}, whose length is {dim}; ranges are not cut off.");
    }
}

using System.Collections;
using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>The lengths of a tensor's axes, outermost first. A scalar has none.</summary>
/// <remarks>The product of the lengths is at most 2^31 - 1, <see cref="int.MaxValue"/>: of tensors in memory, of views that repeat elements
/// (<see cref="Tensor.Expand"/>), and of every result. Whatever would be larger is refused at the call, by the operator's name and the shape.
/// Elements are counted in <see cref="int"/> everywhere, on purpose: at 8 GB in Float32 such a tensor is larger than a step of training
/// wants, kernels index faster so, and larger data is a list of tensors or batches.</remarks>
[CollectionBuilder(typeof(ShapeBuilder), nameof(ShapeBuilder.Create))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    /// <summary>The most axes a tensor may have.</summary>
    public const int MaxRank = 8;

    private readonly int[]? _dims;

    /// <summary>A shape with these axis lengths.</summary>
    /// <exception cref="ArgumentException">A length is negative, there are more than <see cref="MaxRank"/> axes, or the
    /// elements are more than 2^31 - 1.</exception>
    public Shape(params ReadOnlySpan<int> dims)
    {
        if (dims.Length > MaxRank)
        {
            throw new ArgumentException($"A tensor has at most {MaxRank} axes, not {dims.Length}.", nameof(dims));
        }

        foreach (int dim in dims)
        {
            if (dim < 0)
            {
                throw new ArgumentException($"The length of an axis cannot be negative: {Format(dims)}.", nameof(dims));
            }
        }

        long count = Product(dims);
        if (count > int.MaxValue)
        {
            throw new ArgumentException(
                $"The shape {Format(dims)} has too many elements; a tensor holds at most {int.MaxValue:N0}.", nameof(dims));
        }

        _dims = dims.ToArray();
        Size = (int)count;
    }

    private Shape(int[] dims, int count)
    {
        _dims = dims;
        Size = count;
    }

    /// <summary>The shape of a scalar: no axes, one element.</summary>
    public static Shape Scalar { get; } = new([], 1);

    /// <summary>The number of axes.</summary>
    public int Rank => Dims.Length;

    /// <summary>The number of elements: the product of the axis lengths.</summary>
    public int Size { get => _dims is null ? 1 : field; }

    int IReadOnlyCollection<int>.Count => Rank;

    internal int[] Dims => _dims ?? [];

    /// <summary>The length of an axis; a negative number counts from the last one.</summary>
    public int this[int axis] => Dims[Axis(axis, "Shape")];

    /// <summary>The length of an axis counted from either end.</summary>
    public int this[Index axis] => Dims[axis];

    /// <summary>Whether all axis lengths are the same.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether some axis length differs.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>A shape from an array of axis lengths.</summary>
    public static implicit operator Shape(int[] dims)
    {
        ArgumentNullException.ThrowIfNull(dims);
        return new(dims);
    }

    /// <summary>A shape of one axis.</summary>
    public static implicit operator Shape(int dim) => new(dim);

    /// <summary>The shape that two shapes broadcast to by NumPy's rules: aligned at the last axis, a length of 1 repeats.</summary>
    /// <param name="left">The first shape.</param>
    /// <param name="right">The second shape.</param>
    /// <param name="operation">The operator that asks, for the message.</param>
    /// <exception cref="ArgumentException">Two lengths differ and neither is 1.</exception>
    public static Shape Broadcast(Shape left, Shape right, string operation = "Broadcast")
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (left.Equals(right))
        {
            return left;
        }

        int[] a = left.Dims;
        int[] b = right.Dims;
        int[] dims = new int[Math.Max(a.Length, b.Length)];
        for (int back = 1; back <= dims.Length; back++)
        {
            int x = back <= a.Length ? a[^back] : 1;
            int y = back <= b.Length ? b[^back] : 1;
            if (x != y && x != 1 && y != 1)
            {
                throw new ArgumentException(
                    $"{operation}: the shapes {left} and {right} do not broadcast: axis -{back} is {x} in one and {y} in the "
                    + "other. Lengths must be equal or 1; reshape or transpose one of them.");
            }

            dims[^back] = x == 1 ? y : x;
        }

        return OfResult(operation, dims);
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => Dims.AsSpan().SequenceEqual(other.Dims);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (int dim in Dims)
        {
            hash.Add(dim);
        }

        return hash.ToHashCode();
    }

    /// <summary>The lengths as an array of their own.</summary>
    public int[] ToArray() => [.. Dims];

    /// <summary>The lengths as a span.</summary>
    public ReadOnlySpan<int> AsSpan() => Dims;

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)Dims).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The lengths in brackets: <c>[2, 3]</c>.</summary>
    public override string ToString() => Format(Dims);

    /// <summary>An axis number counted from the first axis.</summary>
    internal int Axis(int axis, string operation)
    {
        int rank = Rank;
        return axis >= -rank && axis < rank
            ? (axis < 0 ? axis + rank : axis)
            : throw new ArgumentOutOfRangeException(
                nameof(axis), $"{operation}: the shape {this} has no axis {axis}; use {-rank} to {rank - 1}.");
    }

    /// <summary>The shape of an operator's result; the error of one that is too large names the operator.</summary>
    internal static Shape OfResult(string operation, params ReadOnlySpan<int> dims) => Product(dims) <= int.MaxValue
        ? new Shape(dims)
        : throw new ArgumentException(
            $"{operation}: a result of shape {Format(dims)} has too many elements; a tensor holds at most {int.MaxValue:N0}. Work on parts.");

    /// <summary>The product of lengths; of more than 2^31 - 1, some larger number.</summary>
    internal static long Product(ReadOnlySpan<int> dims)
    {
        long count = 1;
        foreach (int dim in dims)
        {
            // Beyond the limit it only has to stay there, unless an axis is empty.
            count = dim * Math.Min(count, 1L << 31);
        }

        return count;
    }

    internal int[] RowMajorStrides()
    {
        int[] dims = Dims;
        int[] strides = new int[dims.Length];
        int step = 1;
        for (int axis = dims.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(1, dims[axis]);
        }

        return strides;
    }

    /// <summary>Lengths, axes or positions as messages list them.</summary>
    internal static string Format(ReadOnlySpan<int> dims) => $"[{string.Join(", ", dims.ToArray().Select(static dim => $"{dim}"))}]";
}

namespace DeepSharp;

/// <summary>Elements in other places: parts, turns, repetitions, triangles and diagonals, with gradients of any order.</summary>
public static class ArrangeOperators
{
    extension(Tensor)
    {
        /// <summary>All products of an element of a and one of b: [m] and [n] give [m, n], <c>y[i, j] = a[i] b[j]</c>.</summary>
        /// <param name="a">A vector; of more axes, all its elements in order.</param>
        /// <param name="b">Likewise.</param>
        /// <exception cref="ArgumentException">Element types or devices differ.</exception>
        public static Tensor Outer(Tensor a, Tensor b)
        {
            Binary.Check(nameof(Outer), a, b);
            return (a.Reshape(-1, 1) * b.Reshape(1, -1)).MadeBy(nameof(Outer));
        }
    }

    extension(Tensor x)
    {
        /// <summary>Parts of one length along an axis, as views; the last one is shorter if the axis is no multiple of it.</summary>
        /// <param name="length">The length of a part, at least 1.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
        public Tensor[] Split(int length, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(x);
            Bounds.AtLeast(1, length, nameof(Split));
            int along = x.Shape.Axis(axis, nameof(Split));
            int whole = x.Shape[along];
            int parts = whole == 0 ? 1 : ((whole - 1) / length) + 1;
            return [.. Enumerable.Range(0, parts).Select(i => x.Narrow(along, i * length, Math.Min(length, whole - (i * length))))];
        }

        /// <summary>Parts of given lengths along an axis, as views.</summary>
        /// <param name="lengths">The lengths; together they are the axis.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentException">The lengths do not add up to the axis, or one is negative.</exception>
        public Tensor[] Split(ReadOnlySpan<int> lengths, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(x);
            int along = x.Shape.Axis(axis, nameof(Split));
            Tensor[] parts = new Tensor[lengths.Length];
            long total = 0;
            int least = 0;
            foreach (int length in lengths)
            {
                total += length;
                least = Math.Min(least, length);
            }

            if (total != x.Shape[along] || least < 0)
            {
                throw new ArgumentException(
                    $"Split: parts of {Shape.Format(lengths)} are {total} elements together, and axis {along} of {x.Shape} has {x.Shape[along]}. Name "
                    + "lengths of 0 and above that add up to the axis.", nameof(lengths));
            }

            for (int i = 0, start = 0; i < parts.Length; start += lengths[i++])
            {
                parts[i] = x.Narrow(along, start, lengths[i]);
            }

            return parts;
        }

        /// <summary>At most so many parts of one length along an axis, as views; the last one may be shorter, as in PyTorch.</summary>
        /// <param name="count">The number of parts, at least 1.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
        public Tensor[] Chunk(int count, int axis = 0)
        {
            ArgumentNullException.ThrowIfNull(x);
            Bounds.AtLeast(1, count, nameof(Chunk));
            int whole = x.Shape[x.Shape.Axis(axis, nameof(Chunk))];
            return x.Split(Math.Max(1, ((whole - 1) / count) + 1), axis);
        }

        /// <summary>Elements moved along an axis by a distance; those that leave it come in at the other end.</summary>
        /// <param name="distance">How far, towards the end of the axis if positive.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        public Tensor Roll(int distance, int axis)
        {
            ArgumentNullException.ThrowIfNull(x);
            int along = x.Shape.Axis(axis, nameof(Roll));
            int whole = x.Shape[along];
            int shift = whole == 0 ? 0 : (int)((((long)distance % whole) + whole) % whole);
            return shift == 0
                ? x.Clone().MadeBy(nameof(Roll))
                : Tensor.Concatenate([x.Narrow(along, whole - shift, shift), x.Narrow(along, 0, whole - shift)], along).MadeBy(nameof(Roll));
        }

        /// <summary>The elements in reverse order along some axes.</summary>
        /// <param name="axes">The axes; all if none is named.</param>
        public Tensor Flip(params ReadOnlySpan<int> axes)
        {
            ArgumentNullException.ThrowIfNull(x);
            uint mask = new ReducedAxes(x.Shape, axes, nameof(Flip)).Mask;
            Tensor y = x;
            for (int axis = 0; axis < x.Rank; axis++)
            {
                if ((mask >> axis & 1) != 0 && x.Shape[axis] > 1)
                {
                    y = y.IndexSelect(Tensor.Arange(x.Shape[axis] - 1, -1, -1, DType.Int32, x.Device), axis);
                }
            }

            return (ReferenceEquals(y, x) ? x.Clone() : y).MadeBy(nameof(Flip));
        }

        /// <summary>The whole tensor so many times along each axis, one behind the other. Axes that are not named, the first ones, are not
        /// repeated; more numbers than axes add axes in front. NumPy's and PyTorch's tile, PyTorch's repeat.</summary>
        /// <param name="counts">How often, for the last axes.</param>
        /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
        public Tensor Tile(params ReadOnlySpan<int> counts)
        {
            ArgumentNullException.ThrowIfNull(x);
            Tensor y = x;
            for (int added = counts.Length - x.Rank; added > 0; added--)
            {
                y = y.Unsqueeze(0);
            }

            for (int i = 0; i < counts.Length; i++)
            {
                y = Repeated(y, counts[i], y.Rank - counts.Length + i, nameof(Tile), inner: false);
            }

            return OfItsOwn(y, x).MadeBy(nameof(Tile));
        }

        /// <summary>The whole tensor so many times along each axis: PyTorch's repeat, which is <see cref="Tile"/> with a number for each axis at
        /// least.</summary>
        /// <param name="counts">How often; at least as many numbers as axes.</param>
        /// <exception cref="ArgumentException">There are fewer numbers than axes.</exception>
        public Tensor Repeat(params ReadOnlySpan<int> counts)
        {
            ArgumentNullException.ThrowIfNull(x);
            return counts.Length >= x.Rank
                ? x.Tile(counts).MadeBy(nameof(Repeat))
                : throw new ArgumentException(
                    $"Repeat: {counts.Length} numbers for the {x.Rank} axes of {x.Shape}. Name one for each axis, or use Tile.", nameof(counts));
        }

        /// <summary>Each element so many times in a row along an axis: NumPy's repeat, PyTorch's repeat_interleave.</summary>
        /// <param name="count">How often.</param>
        /// <param name="axis">The axis, from the end if negative.</param>
        /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
        public Tensor RepeatInterleave(int count, int axis)
        {
            ArgumentNullException.ThrowIfNull(x);
            int along = x.Shape.Axis(axis, nameof(RepeatInterleave));
            return OfItsOwn(Repeated(x, count, along, nameof(RepeatInterleave), inner: true), x).MadeBy(nameof(RepeatInterleave));
        }

        /// <summary>The matrices' upper triangles, with zeros below a diagonal.</summary>
        /// <param name="diagonal">The lowest diagonal kept: 0 the main one, above 0 those above it.</param>
        /// <exception cref="ArgumentException">The tensor has fewer than two axes.</exception>
        public Tensor Triu(int diagonal = 0) => Triangle(x, diagonal, nameof(Triu), upper: true);

        /// <summary>The matrices' lower triangles, with zeros above a diagonal.</summary>
        /// <param name="diagonal">The highest diagonal kept: 0 the main one, below 0 those below it.</param>
        /// <exception cref="ArgumentException">The tensor has fewer than two axes.</exception>
        public Tensor Tril(int diagonal = 0) => Triangle(x, diagonal, nameof(Tril), upper: false);

        /// <summary>The diagonals of the matrices that two axes make, along a last axis that takes the place of both.</summary>
        /// <param name="offset">0 the main diagonal, above 0 those above it, below 0 those below.</param>
        /// <param name="rows">The axis of the rows.</param>
        /// <param name="columns">The axis of the columns.</param>
        /// <exception cref="ArgumentException">The tensor has fewer than two axes, or both are one.</exception>
        public Tensor Diagonal(int offset = 0, int rows = -2, int columns = -1)
        {
            RequireMatrix(x, nameof(Diagonal));
            int row = x.Shape.Axis(rows, nameof(Diagonal));
            int column = x.Shape.Axis(columns, nameof(Diagonal));
            if (row == column)
            {
                throw new ArgumentException($"Diagonal: rows and columns of {x.Shape} are both axis {row}. Name two axes.", nameof(columns));
            }

            int height = x.Shape[row];
            int width = x.Shape[column];
            int length = Math.Max(0, Math.Min(height - Math.Max(-offset, 0), width - Math.Max(offset, 0)));
            int[] others = [.. Enumerable.Range(0, x.Rank).Where(axis => axis != row && axis != column)];
            Tensor flat = x.Permute([.. others, row, column]).Flatten(x.Rank - 2);
            if (length == 0)
            {
                return flat.Narrow(-1, 0, 0).MadeBy(nameof(Diagonal));
            }

            // One behind the other they are every (width + 1)-th element of the matrix.
            int start = offset >= 0 ? offset : -offset * width;
            return flat[TensorIndex.Ellipsis, TensorIndex.Every(width + 1, start..(start + ((length - 1) * (width + 1)) + 1))].MadeBy(nameof(Diagonal));
        }

        /// <summary>The sum of the main diagonal, of each matrix of a batch.</summary>
        /// <exception cref="ArgumentException">The tensor has fewer than two axes.</exception>
        public Tensor Trace() => x.Diagonal().Sum(-1).MadeBy(nameof(Trace));

        /// <summary>x with a value in the places where a mask is true.</summary>
        /// <param name="mask">A tensor of <see cref="DType.Bool"/>; it broadcasts with x.</param>
        /// <param name="value">The value.</param>
        /// <exception cref="ArgumentException">The mask holds no truth values, or shapes or devices do not fit.</exception>
        public Tensor MaskedFill(Tensor mask, double value)
        {
            ArgumentNullException.ThrowIfNull(x);
            return Tensor.Where(mask, Tensor.Full(Shape.Scalar, value, x.DType, x.Device), x).MadeBy(nameof(MaskedFill));
        }

        /// <summary>The elements where a mask is true, in order, on one axis. Waits for the device.</summary>
        /// <param name="mask">A tensor of <see cref="DType.Bool"/>; it broadcasts with x.</param>
        /// <exception cref="ArgumentException">The mask holds no truth values, or shapes or devices do not fit.</exception>
        public Tensor MaskedSelect(Tensor mask)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(mask);
            Shape shape = Shape.Broadcast(x.Shape, mask.Shape, nameof(MaskedSelect));
            return x.Expand(shape)[mask.Expand(shape)].MadeBy(nameof(MaskedSelect));
        }

        /// <summary>The places of the elements that are not zero, in order: [count, rank], Int64. Waits for the device.</summary>
        public Tensor NonZero()
        {
            ArgumentNullException.ThrowIfNull(x);
            long[] flat = x.NotEqual(0).TruePlaces();
            long[] places = new long[flat.Length * x.Rank];
            for (int i = 0; i < flat.Length; i++)
            {
                long rest = flat[i];
                for (int axis = x.Rank - 1; axis >= 0; axis--)
                {
                    places[(i * x.Rank) + axis] = rest % x.Shape[axis];
                    rest /= x.Shape[axis];
                }
            }

            return Tensor.From(places, [flat.Length, x.Rank], x.Device).MadeBy(nameof(NonZero));
        }

        /// <summary>The distinct elements in ascending order. Waits for the device.</summary>
        /// <remarks>NaNs come last, each by itself, as in PyTorch.</remarks>
        public Tensor Unique() => x.Unique(out _, out _);

        /// <summary>The distinct elements in ascending order, where each element of x stands among them, and how often each occurs.</summary>
        /// <param name="inverse">Shaped as x: the place of each of its elements in the result, Int64.</param>
        /// <param name="counts">The number of each, Int64.</param>
        /// <inheritdoc cref="Unique(Tensor)"/>
        public Tensor Unique(out Tensor inverse, out Tensor counts)
        {
            ArgumentNullException.ThrowIfNull(x);
            return x.DType.IsFloatingPoint
                ? Distinct(x, x.Detach().To(DType.Float64).ToArray<double>(), out inverse, out counts)
                : Distinct(x, x.To(DType.Int64).ToArray<long>(), out inverse, out counts);
        }
    }

    private static Tensor Distinct<T>(Tensor x, T[] keys, out Tensor inverse, out Tensor counts)
        where T : unmanaged, IComparable<T>
    {
        // .NET sorts NaN first; it equals nothing but itself there, and nothing here.
        static bool IsNaN(T value) => value is double number && double.IsNaN(number);
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(order, (a, b) => (IsNaN(keys[a]), IsNaN(keys[b])) switch
        {
            (true, false) => 1,
            (false, true) => -1,
            _ => keys[a].CompareTo(keys[b]) is not 0 and int way ? way : a.CompareTo(b),
        });
        long[] place = new long[keys.Length];
        List<T> distinct = [];
        List<long> often = [];
        foreach (int i in order)
        {
            if (distinct.Count == 0 || IsNaN(keys[i]) || distinct[^1].CompareTo(keys[i]) != 0)
            {
                distinct.Add(keys[i]);
                often.Add(0);
            }

            often[^1]++;
            place[i] = distinct.Count - 1;
        }

        inverse = Tensor.From(place, x.Shape, x.Device).MadeBy(nameof(Unique));
        counts = Tensor.From(often.ToArray(), x.Device).MadeBy(nameof(Unique));
        return Tensor.From(distinct.ToArray(), x.Device).To(x.DType).MadeBy(nameof(Unique));
    }

    // A result may be changed: it shares no memory with what it was made of, and has no element twice.
    private static Tensor OfItsOwn(Tensor result, Tensor x) => ReferenceEquals(result.Operand.Block, x.Operand.Block) ? result.Clone() : result;

    private static Tensor Repeated(Tensor x, int count, int axis, string name, bool inner)
    {
        if (count < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(count), $"{name}: {count} repetitions of axis {axis} of {x.Shape}. Use 0 and above.");
        }

        if (count == 1)
        {
            return x;
        }

        int[] dims = x.Shape.ToArray();
        int[] wide = inner ? [.. dims[..(axis + 1)], count, .. dims[(axis + 1)..]] : [.. dims[..axis], count, .. dims[axis..]];
        Tensor repeated = x.Unsqueeze(inner ? axis + 1 : axis).Expand(new Shape(wide));
        dims[axis] = checked(dims[axis] * count);
        return repeated.Reshape(new Shape(dims));
    }

    private static Tensor Triangle(Tensor x, int diagonal, string name, bool upper)
    {
        RequireMatrix(x, name);
        Tensor rows = Tensor.Arange(x.Shape[^2], DType.Int32, x.Device).Unsqueeze(1) + (diagonal == int.MinValue ? int.MinValue + 1 : diagonal);
        Tensor columns = Tensor.Arange(x.Shape[^1], DType.Int32, x.Device);
        return x.MaskedFill(upper ? columns < rows : columns > rows, 0).MadeBy(name);
    }

    private static void RequireMatrix(Tensor x, string name)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2)
        {
            throw new ArgumentException($"{name}: a tensor {x.Shape} is no matrix. Reshape it to two axes or more.");
        }
    }
}

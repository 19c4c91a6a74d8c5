namespace DeepSharp;

/// <summary>Which axes of a shape a reduction runs over, and the shapes that result.</summary>
internal sealed class ReducedAxes
{
    internal ReducedAxes(Shape shape, ReadOnlySpan<int> axes, string operation)
    {
        uint mask = 0;
        foreach (int axis in axes)
        {
            uint bit = 1u << shape.Axis(axis, operation);
            if ((mask & bit) != 0)
            {
                throw new ArgumentException($"{operation}: axis {axis} of {shape} is named twice.", nameof(axes));
            }

            mask |= bit;
        }

        Mask = axes.IsEmpty ? (1u << shape.Rank) - 1 : mask;
        int[] kept = shape.ToArray();
        List<int> dropped = [];
        List<int> reduced = [];
        for (int axis = 0; axis < kept.Length; axis++)
        {
            if ((Mask >> axis & 1) != 0)
            {
                reduced.Add(kept[axis]);
                kept[axis] = 1;
            }
            else
            {
                dropped.Add(kept[axis]);
            }
        }

        Count = Shape.Product(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(reduced));
        Kept = Shape.OfResult(operation, kept);
        Dropped = new Shape([.. dropped]);
    }

    /// <summary>Bit a is set if axis a is reduced.</summary>
    internal uint Mask { get; }

    /// <summary>The result with the reduced axes at length one.</summary>
    internal Shape Kept { get; }

    /// <summary>The result without the reduced axes.</summary>
    internal Shape Dropped { get; }

    /// <summary>How many elements each result is made from; more than 2^31 - 1 only where there is no result.</summary>
    internal long Count { get; }
}

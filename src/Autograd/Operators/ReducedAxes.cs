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
        Count = 1;
        for (int axis = 0; axis < kept.Length; axis++)
        {
            if ((Mask >> axis & 1) != 0)
            {
                Count *= kept[axis];
                kept[axis] = 1;
            }
            else
            {
                dropped.Add(kept[axis]);
            }
        }

        Kept = new Shape(kept);
        Dropped = new Shape([.. dropped]);
    }

    /// <summary>Bit a is set if axis a is reduced.</summary>
    internal uint Mask { get; }

    /// <summary>The result with the reduced axes at length one.</summary>
    internal Shape Kept { get; }

    /// <summary>The result without the reduced axes.</summary>
    internal Shape Dropped { get; }

    /// <summary>How many elements each result is made from.</summary>
    internal int Count { get; }
}

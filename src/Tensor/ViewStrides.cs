namespace DeepSharp;

/// <summary>Whether a tensor can be seen in another shape without copying.</summary>
internal static class ViewStrides
{
    /// <summary>The strides of a view with the same elements in the same order; null if there are none.</summary>
    /// <remarks>
    /// The axes fall into runs within which each stride is the one behind it times that axis' length, so that a run is one long
    /// axis; new axes may cut a run but not join two.
    /// </remarks>
    internal static int[]? Find(Shape from, ReadOnlySpan<int> strides, Shape to)
    {
        int[] result = to.RowMajorStrides();
        if (to.Size == 0 || from.Rank == 0)
        {
            return result;
        }

        int view = to.Rank - 1;
        int step = strides[^1];
        int run = 1;
        for (int axis = from.Rank - 1; axis >= 0; axis--)
        {
            run *= from[axis];
            if (axis > 0 && (from[axis - 1] == 1 || strides[axis - 1] == run * step))
            {
                continue;
            }

            int covered = 1;
            for (; view >= 0 && (covered < run || to[view] == 1); view--)
            {
                result[view] = covered * step;
                covered *= to[view];
            }

            if (covered != run)
            {
                return null;
            }

            step = axis > 0 ? strides[axis - 1] : 0;
            run = 1;
        }

        return result;
    }
}

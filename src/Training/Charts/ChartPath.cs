using System.Text;

namespace DeepSharp.Training;

/// <summary>Lines of points on the screen, with no more points than can be seen.</summary>
internal static class ChartPath
{
    // A line of few points is drawn as it is given.
    private const int Many = 60;

    /// <summary>Of the points that fall on the same half pixel from left to right, the first, lowest, highest and last.</summary>
    internal static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        for (int i = 1; i < points.Count; i++)
        {
            if (points[i].X < points[i - 1].X)
            {
                return points.Count > Many ? Straighten(points) : points;
            }
        }

        List<(double, double)> kept = [];
        int start = 0;
        while (start < points.Count)
        {
            int end = start;
            int low = start;
            int high = start;
            double cell = Math.Floor(points[start].X * 2);
            while (end + 1 < points.Count && Math.Floor(points[end + 1].X * 2) == cell)
            {
                end++;
                low = points[end].Y < points[low].Y ? end : low;
                high = points[end].Y > points[high].Y ? end : high;
            }

            foreach (int i in new SortedSet<int> { start, low, high, end })
            {
                kept.Add(points[i]);
            }

            start = end + 1;
        }

        return kept.Count > Many ? Straighten(kept) : kept;
    }

    /// <summary>Leaves out points that are closer than a fifth of a pixel to a straight line: Ramer 1972, Douglas, Peucker 1973.</summary>
    internal static IReadOnlyList<(double X, double Y)> Straighten(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 3)
        {
            return points;
        }

        bool[] kept = new bool[points.Count];
        kept[0] = kept[^1] = true;
        Stack<(int From, int To)> open = new([(0, points.Count - 1)]);
        while (open.TryPop(out (int From, int To) part))
        {
            int farthest = -1;
            double distance = 0.2;
            for (int i = part.From + 1; i < part.To; i++)
            {
                double d = Distance(points[i], points[part.From], points[part.To]);
                if (d > distance)
                {
                    (farthest, distance) = (i, d);
                }
            }

            if (farthest >= 0)
            {
                kept[farthest] = true;
                open.Push((part.From, farthest));
                open.Push((farthest, part.To));
            }
        }

        return [.. points.Where((_, i) => kept[i])];
    }

    /// <summary>Adds a line to a path; one point is no line.</summary>
    internal static void Append(StringBuilder path, IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 2)
        {
            return;
        }

        for (int i = 0; i < points.Count; i++)
        {
            path.Append(i == 0 ? 'M' : 'L').Append(SvgWriter.Number(points[i].X)).Append(' ').Append(SvgWriter.Number(points[i].Y));
        }
    }

    private static double Distance((double X, double Y) point, (double X, double Y) from, (double X, double Y) to)
    {
        double dx = to.X - from.X;
        double dy = to.Y - from.Y;
        double length = (dx * dx) + (dy * dy);
        double along = length == 0 ? 0 : Math.Clamp((((point.X - from.X) * dx) + ((point.Y - from.Y) * dy)) / length, 0, 1);
        return double.Hypot(point.X - from.X - (along * dx), point.Y - from.Y - (along * dy));
    }
}

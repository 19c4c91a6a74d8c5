namespace DeepSharp.Training;

/// <summary>Lines of equal height over a grid, by marching squares.</summary>
/// <remarks>
/// In each cell the line enters and leaves where linear interpolation along the edges meets the level; a cell whose corners alternate
/// is decided by the mean of its corners. Cells with a corner that is not finite are left out. Lorensen, Cline 1987, in two
/// dimensions.
/// </remarks>
public static class ContourLines
{
    /// <summary>The lines of one level; those that close end where they began.</summary>
    /// <param name="x">The columns of the grid.</param>
    /// <param name="y">The rows of the grid.</param>
    /// <param name="values">The heights by row and column.</param>
    /// <param name="level">The height of the lines.</param>
    /// <returns>Points of each line, in its order.</returns>
    /// <exception cref="ArgumentException">The heights are not as many as rows and columns.</exception>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Trace(
        IReadOnlyList<double> x, IReadOnlyList<double> y, double[,] values, double level)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentNullException.ThrowIfNull(values);
        if (values.GetLength(0) != y.Count || values.GetLength(1) != x.Count)
        {
            throw new ArgumentException(
                $"ContourLines: heights of {values.GetLength(0)} by {values.GetLength(1)} do not fit {y.Count} rows and {x.Count} columns.",
                nameof(values));
        }

        List<(long From, long To)> segments = [];
        for (int row = 0; row + 1 < y.Count; row++)
        {
            for (int column = 0; column + 1 < x.Count; column++)
            {
                Cell(segments, values, level, row, column);
            }
        }

        return [.. Join(segments).Select(line => (IReadOnlyList<(double, double)>)[.. line.Select(edge => Point(edge, x, y, values, level))])];
    }

    // An edge is known by its lower left corner and its direction, so that neighbours agree on it.
    private static long Horizontal(int row, int column) => ((long)row << 32) | ((long)column << 1);

    private static long Vertical(int row, int column) => ((long)row << 32) | ((long)column << 1) | 1;

    private static void Cell(List<(long, long)> segments, double[,] values, double level, int row, int column)
    {
        double a = values[row, column];
        double b = values[row, column + 1];
        double c = values[row + 1, column + 1];
        double d = values[row + 1, column];
        if (!double.IsFinite(a + b + c + d))
        {
            return;
        }

        long bottom = Horizontal(row, column);
        long top = Horizontal(row + 1, column);
        long left = Vertical(row, column);
        long right = Vertical(row, column + 1);
        bool middle = (a + b + c + d) / 4 >= level;
        int corners = (a >= level ? 1 : 0) | (b >= level ? 2 : 0) | (c >= level ? 4 : 0) | (d >= level ? 8 : 0);
        switch (corners)
        {
            case 1 or 14:
                segments.Add((left, bottom));
                break;
            case 2 or 13:
                segments.Add((bottom, right));
                break;
            case 3 or 12:
                segments.Add((left, right));
                break;
            case 4 or 11:
                segments.Add((right, top));
                break;
            case 6 or 9:
                segments.Add((bottom, top));
                break;
            case 7 or 8:
                segments.Add((left, top));
                break;
            case 5 or 10:
                // The corners that share the middle's side are joined; the other two are cut off.
                segments.Add(middle == (corners == 5) ? (bottom, right) : (left, bottom));
                segments.Add(middle == (corners == 5) ? (left, top) : (right, top));
                break;
        }
    }

    private static IEnumerable<List<long>> Join(List<(long From, long To)> segments)
    {
        Dictionary<long, List<int>> meeting = [];
        for (int i = 0; i < segments.Count; i++)
        {
            Meet(segments[i].From, i);
            Meet(segments[i].To, i);
        }

        bool[] used = new bool[segments.Count];
        for (int i = 0; i < segments.Count; i++)
        {
            if (used[i])
            {
                continue;
            }

            used[i] = true;
            List<long> line = [segments[i].From, segments[i].To];
            Extend(line);
            line.Reverse();
            Extend(line);
            yield return line;
        }

        void Meet(long edge, int segment)
        {
            if (!meeting.TryGetValue(edge, out List<int>? found))
            {
                meeting.Add(edge, found = []);
            }

            found.Add(segment);
        }

        void Extend(List<long> line)
        {
            while (meeting[line[^1]].FindIndex(segment => !used[segment]) is >= 0 and int at)
            {
                int next = meeting[line[^1]][at];
                used[next] = true;
                line.Add(segments[next].From == line[^1] ? segments[next].To : segments[next].From);
            }
        }
    }

    private static (double X, double Y) Point(
        long edge, IReadOnlyList<double> x, IReadOnlyList<double> y, double[,] values, double level)
    {
        int row = (int)(edge >> 32);
        int column = (int)((edge & 0xffffffff) >> 1);
        bool vertical = (edge & 1) != 0;
        double from = values[row, column];
        double to = vertical ? values[row + 1, column] : values[row, column + 1];
        double part = (level - from) / (to - from);
        return vertical
            ? (x[column], y[row] + (part * (y[row + 1] - y[row])))
            : (x[column] + (part * (x[column + 1] - x[column])), y[row]);
    }
}

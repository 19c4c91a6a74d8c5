using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>Contours of functions whose contours are known.</summary>
public class ContourTests
{
    private static readonly double[] s_grid = [.. Enumerable.Range(0, 101).Select(static i => (i - 50) / 25.0)];

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(1.7)]
    public void The_contour_of_a_cone_is_one_closed_circle_of_the_right_radius(double radius)
    {
        IReadOnlyList<(double X, double Y)> line = Assert.Single(ContourLines.Trace(s_grid, s_grid, Heights(double.Hypot), radius));
        Assert.Equal(line[0], line[^1]);
        Assert.All(line, point => Assert.Equal(radius, double.Hypot(point.X, point.Y), 1e-3));
        double length = line.Zip(line.Skip(1)).Sum(static pair => double.Hypot(pair.Second.X - pair.First.X, pair.Second.Y - pair.First.Y));
        Assert.Equal(2 * Math.PI * radius, length, 0.01 * radius);
    }

    [Fact]
    public void A_plane_gives_one_straight_line_to_both_borders()
    {
        IReadOnlyList<(double X, double Y)> line = Assert.Single(ContourLines.Trace(s_grid, s_grid, Heights(static (x, y) => x + (2 * y)), 1));
        Assert.All(line, static point => Assert.Equal(1, point.X + (2 * point.Y), 9));
        Assert.Equal([-2.0, 2.0], new[] { line[0].X, line[^1].X }.Order());
    }

    [Fact]
    public void A_saddle_gives_two_branches_that_do_not_cross()
    {
        IReadOnlyList<IReadOnlyList<(double X, double Y)>> lines = ContourLines.Trace(s_grid, s_grid, Heights(static (x, y) => x * y), 0.01);
        Assert.Equal(2, lines.Count);
        Assert.All(lines, static line => Assert.True(line.All(static point => point.X > 0) || line.All(static point => point.X < 0)));
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.6)]
    public void A_cell_of_alternating_corners_follows_its_mean(double level)
    {
        // Corners of 1 at lower left and upper right, 0 elsewhere; the mean is 0.5.
        IReadOnlyList<IReadOnlyList<(double X, double Y)>> lines = ContourLines.Trace([0, 1], [0, 1], new double[,] { { 1, 0 }, { 0, 1 } }, level);
        Assert.Equal(2, lines.Count);
        // Below the mean the middle belongs to the ones, and the lines cut off the zeros, at lower right and upper left.
        (double X, double Y) corner = level < 0.5 ? (1, 0) : (0, 0);
        Assert.Contains(lines, line => line.All(point => double.Hypot(point.X - corner.X, point.Y - corner.Y) < 0.5));
    }

    [Fact]
    public void Cells_without_a_height_are_left_out()
    {
        double[,] heights = Heights(static (x, y) => y > 0 ? double.NaN : double.Hypot(x, y));
        IReadOnlyList<(double X, double Y)> line = Assert.Single(ContourLines.Trace(s_grid, s_grid, heights, 1));
        Assert.All(line, static point => Assert.True(point.Y <= 0));
        Assert.Equal(Math.PI, line.Zip(line.Skip(1)).Sum(static pair => double.Hypot(pair.Second.X - pair.First.X, pair.Second.Y - pair.First.Y)), 0.01);
    }

    [Fact]
    public void Nothing_is_found_beyond_the_heights()
    {
        Assert.Empty(ContourLines.Trace(s_grid, s_grid, Heights(double.Hypot), 5));
        Assert.Empty(ContourLines.Trace(s_grid, s_grid, Heights(double.Hypot), -1));
        Assert.Throws<ArgumentException>(static () => ContourLines.Trace(s_grid, [0, 1], Heights(double.Hypot), 1));
    }

    [Fact]
    public void A_chart_draws_the_circle_around_the_right_place()
    {
        Chart chart = new() { XAxis = { Minimum = -2, Maximum = 2 }, YAxis = { Minimum = -1, Maximum = 3 } };
        SvgDocument svg = new(chart.Contours(static (x, y) => double.Hypot(x, y - 1), [0.5, 1.5]).ToSvg());
        (double left, double top, double width, double height) = Assert.Single(svg.Plots);
        double[] radii = [.. svg.Of("path", "contour").Select(path => SvgDocument.Stretches(path).Single().Average(point =>
            double.Hypot(((point.X - left) / width * 4) - 2, 2 - ((point.Y - top) / height * 4))))];
        Assert.Equal(2, radii.Length);
        Assert.Equal(0.5, radii[0], 0.005);
        Assert.Equal(1.5, radii[1], 0.005);
    }

    private static double[,] Heights(Func<double, double, double> function)
    {
        double[,] heights = new double[s_grid.Length, s_grid.Length];
        for (int row = 0; row < s_grid.Length; row++)
        {
            for (int column = 0; column < s_grid.Length; column++)
            {
                heights[row, column] = function(s_grid[column], s_grid[row]);
            }
        }

        return heights;
    }
}

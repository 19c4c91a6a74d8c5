using System.Globalization;
using DeepSharp.Layers;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace DeepSharp.Charts;

/// <summary>What tensors hold: distributions, confusions, images.</summary>
public static class TensorPlots
{
    private const int MostClassesWithNumbers = 25;
    private const int MostCells = 100;

    /// <summary>How often the values of a tensor lie where: weights, gradients, activations.</summary>
    /// <param name="tensor">The values; any shape, any type, any device.</param>
    /// <param name="bins">Into how many parts of equal width their range is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one bin.</exception>
    public static Plot PlotHistogram(this Tensor tensor, int bins = 50)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        double[] all = Values(tensor);
        double[] values = [.. all.Where(static value => Math.Abs(value) <= 1e300)];
        Plot plot = Plots.New(values.Length == all.Length ? "" : $"{all.Length - values.Length:N0} of {all.Length:N0} values are not finite", "value", "count");
        double low = values.DefaultIfEmpty(0).Min();
        double high = values.DefaultIfEmpty(1).Max();
        if (high - low <= 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)) || high - low < 1e-290)
        {
            // One value stands in the middle.
            double half = Math.Max(Math.Abs(low) * 0.1, Math.Abs(low) < 1e-290 ? 1 : 0);
            (low, high) = (low - half, high + half);
        }

        plot.Axes.Left.TickGenerator = Plots.Ticks(whole: true);
        int[] counts = new int[bins];
        foreach (double value in values)
        {
            counts[Math.Min(bins - 1, (int)((value - low) / (high - low) * bins))]++;
        }

        double width = (high - low) / bins;
        Color color = plot.Add.GetNextColor();
        plot.Add.Bars((Bar[])[.. counts.Select((count, i) => new Bar
        {
            Position = low + ((i + 0.5) * width), Value = count, Size = width, FillColor = color, LineWidth = 0,
        })]);
        return plot;
    }

    /// <summary>How the parameters of a network are distributed, a histogram for each.</summary>
    /// <param name="module">The network.</param>
    /// <param name="bins">Into how many parts of equal width the range of each is cut.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one bin.</exception>
    /// <exception cref="InvalidOperationException">The network has no parameters.</exception>
    public static Multiplot PlotWeights(this Module module, int bins = 50)
    {
        ArgumentNullException.ThrowIfNull(module);
        List<Plot> plots = [];
        foreach ((string name, Parameter value) in module.NamedParameters())
        {
            Plot plot = value.PlotHistogram(bins);
            plot.Title(AxisText.Of($"{name} {value.Shape}{(plot.Axes.Title.Label.Text is { Length: > 0 } text ? ": " + text : "")}"), 12);
            plots.Add(plot);
        }

        return plots.Count > 0
            ? Plots.Grid(plots, plots.Count > 4 ? 3 : 2)
            : throw new InvalidOperationException($"PlotWeights: {module.GetType().Name} has no parameters.");
    }

    /// <summary>A confusion matrix: rows are the true classes, columns the predicted ones.</summary>
    /// <remarks>The colour of a cell is its share of the row, so that rare classes are seen as well as frequent ones; its number is the value
    /// given, left out with more than 25 classes.</remarks>
    /// <param name="counts">How often each class (row) was taken for each (column), or shares: a square matrix.</param>
    /// <param name="classes">The names of the classes; numbers from 0 if null.</param>
    /// <exception cref="ArgumentException">The tensor is no square matrix, has values that are negative or not finite, or there are not as many names
    /// as classes.</exception>
    public static Plot PlotConfusion(this Tensor counts, IReadOnlyList<string>? classes = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Rank != 2 || counts.Shape[0] != counts.Shape[1] || counts.Shape[0] == 0)
        {
            throw new ArgumentException($"PlotConfusion: counts must be a square matrix [classes, classes], and are {counts.Shape}.", nameof(counts));
        }

        int n = counts.Shape[0];
        if (classes is not null && classes.Count != n)
        {
            throw new ArgumentException($"PlotConfusion: there are {classes.Count} names for {n} classes.", nameof(classes));
        }

        double[] values = Values(counts);
        if (Array.FindIndex(values, static value => !(value >= 0 && double.IsFinite(value))) is >= 0 and int wrong)
        {
            throw new ArgumentException($"PlotConfusion: counts are finite and not negative, but that of row {wrong / n}, column {wrong % n} is {values[wrong]}.", nameof(counts));
        }

        string[] names = [.. (classes ?? [.. Enumerable.Range(0, n).Select(static i => $"{i}")]).Select(AxisText.Of)];
        Plot plot = Plots.New("", "predicted", "true");
        plot.HideGrid();
        double[,] shares = new double[n, n];
        for (int row = 0; row < n; row++)
        {
            double sum = values[(row * n)..((row + 1) * n)].Sum();
            for (int column = 0; column < n; column++)
            {
                shares[row, column] = sum > 0 ? values[(row * n) + column] / sum : 0;
            }
        }

        Heatmap map = plot.Add.Heatmap(shares);
        map.Colormap = new ScottPlot.Colormaps.CustomInterpolated([Colors.White, plot.Add.Palette.GetColor(0)]);
        map.ManualRange = new ScottPlot.Range(0, 1);
        if (n <= MostCells)
        {
            // In an SVG file, an image of so few points would be blurred by some of those who show it.
            map.RenderStrategy = new Heatmap.RenderStrategies.Rectangles();
        }

        for (int i = 0; n <= MostClassesWithNumbers && i < values.Length; i++)
        {
            Text text = plot.Add.Text(Number(values[i]), i % n, n - 1 - (i / n));
            text.Alignment = Alignment.MiddleCenter;
            text.LabelFontSize = n <= 10 ? 12 : 8;
            text.LabelFontColor = shares[i / n, i % n] > 0.5 ? Colors.White : Colors.Black;
        }

        // As many names as fit; of hundreds of classes, each tenth.
        int stride = (int)Math.Ceiling(n / 30.0);
        double[] shown = [.. Enumerable.Range(0, n).Where(i => i % stride == 0).Select(static i => (double)i)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(shown, [.. shown.Select(i => names[(int)i])]);
        plot.Axes.Left.TickGenerator = new NumericManual([.. shown.Select(i => n - 1 - i)], [.. shown.Select(i => names[(int)i])]);
        int longest = names.Max(static name => name.Length);
        if (longest * n > 60)
        {
            plot.Axes.Bottom.TickLabelStyle.Rotation = -90;
            plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
            plot.Axes.Bottom.MinimumSize = (7.5f * longest) + 35;
        }

        plot.Axes.SetLimits(-0.5, n - 0.5, -0.5, n - 0.5);
        return plot;
    }

    /// <summary>Images in rows, from left to right.</summary>
    /// <remarks>Bytes and values from 0 to 1 are shown as they are. If any value lies elsewhere, the least of all is black and the greatest white; what
    /// is NaN is black.</remarks>
    /// <param name="images">The images [images, channels, height, width], of one channel (grey) or three (red, green, blue).</param>
    /// <param name="titles">A title for each; none if null.</param>
    /// <param name="columns">How many stand in a row; as many as rows if null.</param>
    /// <exception cref="ArgumentException">The shape is another one, there is no image, or there are not as many titles as images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one column.</exception>
    public static Plot PlotImages(this Tensor images, IReadOnlyList<string>? titles = null, int? columns = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank != 4 || images.Shape[1] is not (1 or 3) || images.Count == 0)
        {
            throw new ArgumentException(
                $"PlotImages: images must be [images, channels, height, width] with 1 or 3 channels, and are {images.Shape}. Reshape them; Permute moves channels.",
                nameof(images));
        }

        (int n, int channels, int height, int width) = (images.Shape[0], images.Shape[1], images.Shape[2], images.Shape[3]);
        if (titles is not null && titles.Count != n)
        {
            throw new ArgumentException($"PlotImages: there are {titles.Count} titles for {n} images.", nameof(titles));
        }

        int across = columns ?? (int)Math.Ceiling(Math.Sqrt(n));
        ArgumentOutOfRangeException.ThrowIfLessThan(across, 1, nameof(columns));
        across = Math.Min(across, n);
        byte[] bytes = Brightness(images);
        double gap = 0.08 * width;
        double pitchX = width + gap;
        double pitchY = height + gap + (titles is null ? 0 : 0.2 * height);
        Plot plot = Plots.New();
        for (int i = 0; i < n; i++)
        {
            (double left, double bottom) = (i % across * pitchX, -((i / across) + 1) * pitchY);
            byte[,,] pixels = new byte[height, width, 3];
            for (int at = 0; at < height * width * 3; at++)
            {
                (int place, int color) = (at / 3, at % 3);
                pixels[place / width, place % width, color] = bytes[(((i * channels) + (color % channels)) * height * width) + place];
            }

            plot.Add.ImageRect(new Image(pixels), new CoordinateRect(left, left + width, bottom, bottom + height)).AntiAlias = false;
            if (titles is not null)
            {
                Text title = plot.Add.Text(AxisText.Of(titles[i]), left + (width / 2.0), bottom + height);
                title.Alignment = Alignment.LowerCenter;
                title.LabelFontSize = 11;
            }
        }

        plot.HideAxesAndGrid();
        plot.Axes.SquareUnits();
        plot.Axes.SetLimits(-gap, across * pitchX, -(((n + across - 1) / across) * pitchY) - gap, 0);
        return plot;
    }

    private static byte[] Brightness(Tensor images)
    {
        double[] values = Values(images);
        double low = 0;
        double high = images.DType == DType.UInt8 ? 255 : 1;
        if (values.Any(value => value < low || value > high))
        {
            double[] finite = [.. values.Where(double.IsFinite).DefaultIfEmpty(0)];
            (low, high) = (finite.Min(), finite.Max());
        }

        // Halves, since the difference of the greatest and the least number is infinite.
        double half = high > low ? (high / 2) - (low / 2) : 1;
        return [.. values.Select(value => (byte)Math.Round(255 * Math.Clamp(double.IsNaN(value) ? 0 : ((value / 2) - (low / 2)) / half, 0, 1)))];
    }

    private static double[] Values(Tensor tensor)
    {
        using NoGrad off = new();
        return tensor.To(Device.Cpu).To(DType.Float64).ToArray<double>();
    }

    private static string Number(double value) => value == Math.Floor(value) && value < 1e15
        ? value.ToString("#,0", CultureInfo.InvariantCulture)
        : value.ToString(value < 1 ? "0.00" : "#,0.0", CultureInfo.InvariantCulture);
}

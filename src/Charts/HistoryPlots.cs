using DeepSharp.Training;
using ScottPlot;
using ScottPlot.Plottables;

namespace DeepSharp.Charts;

/// <summary>What trainings came to, over their epochs.</summary>
public static class HistoryPlots
{
    private const string Validation = "val_";

    private static readonly string[] s_small = ["loss", "error", "perplexity"];

    /// <summary>Loss and metrics over the epochs, training and validation together, and the learning rate if it moved.</summary>
    /// <remarks>A dashed line marks the best epoch. The axis of losses is logarithmic if they span two powers of ten.</remarks>
    /// <param name="history">What <c>Fit</c> returned.</param>
    /// <param name="monitor">The value by which an epoch is the best, such as <c>val_accuracy</c>; if null, <c>val_loss</c>, or <c>loss</c> where nothing
    /// was validated.</param>
    /// <param name="smallerIsBetter">Whether the least value is the best, or the greatest. If null, the least of losses, errors and perplexities, which
    /// have these words in their names, and the greatest of everything else.</param>
    /// <exception cref="InvalidOperationException">There is no epoch yet.</exception>
    /// <exception cref="KeyNotFoundException">No epoch has the value; the message lists those there are.</exception>
    public static Multiplot Plot(this History history, string? monitor = null, bool? smallerIsBetter = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        string[] names = Names([history]);
        if (monitor is not null && !names.Contains(monitor))
        {
            throw new KeyNotFoundException($"Plot: there is no '{monitor}' to mark the best of among {string.Join(", ", names)}.");
        }

        List<Plot> plots = [];
        foreach (string name in names.Where(name => !name.StartsWith(Validation, StringComparison.Ordinal) || !names.Contains(name[Validation.Length..])))
        {
            string[] both = [.. new[] { name, Validation + name }.Where(names.Contains)];
            Plot plot = Make(name, both.SelectMany(one => Values(history, one)));
            foreach (string one in both)
            {
                plot.AddLine(both.Length == 1 ? "" : one == name ? "training" : "validation", Epochs(history), Values(history, one));
            }

            plots.Add(plot);
        }

        double[] rates = [.. history.Epochs.Select(static epoch => epoch.LearningRate)];
        if (rates.Any(rate => rate != rates[0]))
        {
            Plot plot = Make("learning rate", rates);
            plot.AddLine("", Epochs(history), rates);
            plots.Add(plot);
        }

        MarkBest(history, plots, monitor ?? Array.Find([Validation + "loss", "loss"], names.Contains), smallerIsBetter, monitor is not null);
        return Plots.Grid(plots, plots.Count == 3 ? 3 : 2);
    }

    internal static Multiplot Compare(IReadOnlyList<(string Name, History History)> histories)
    {
        string[] names = Names(histories.Select(static one => one.History));
        return Plots.Grid(
            [.. names.Select(name =>
            {
                Plot plot = Make(name, histories.SelectMany(one => Values(one.History, name)));
                foreach ((string label, History history) in histories)
                {
                    plot.AddLine(label, Epochs(history), Values(history, name));
                }

                return plot;
            })]);
    }

    private static string[] Names(IEnumerable<History> histories)
    {
        string[] names = [.. histories.SelectMany(static history => history.Epochs).SelectMany(static epoch => epoch.Values.Keys).Distinct()];
        return names.Length > 0 ? names : throw new InvalidOperationException("History: there is no epoch to draw yet. Draw it after Fit.");
    }

    private static Plot Make(string name, IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        bool spread = name is "loss" or Validation + "loss" or "learning rate" && finite.Length > 0 && finite.Min() > 0 && finite.Max() / finite.Min() >= 100;
        Plot plot = Plots.New(name, "epoch", logY: spread);
        plot.Axes.Bottom.TickGenerator = Plots.Ticks(whole: true);
        return plot;
    }

    private static double[] Epochs(History history) => [.. history.Epochs.Select(static epoch => (double)epoch.Epoch)];

    private static double[] Values(History history, string name) =>
        [.. history.Epochs.Select(epoch => epoch.Values.TryGetValue(name, out double value) ? value : double.NaN)];

    private static void MarkBest(History history, List<Plot> plots, string? monitored, bool? smallerIsBetter, bool isNamed)
    {
        EpochResult[] known = [.. history.Epochs.Where(
            epoch => monitored is not null && epoch.Values.TryGetValue(monitored, out double value) && double.IsFinite(value))];
        if (known.Length == 0 || history.Epochs.Count < 2)
        {
            return;
        }

        bool least = smallerIsBetter ?? s_small.Any(word => monitored!.Contains(word, StringComparison.OrdinalIgnoreCase));
        EpochResult best = least ? known.MinBy(epoch => epoch.Values[monitored!])! : known.MaxBy(epoch => epoch.Values[monitored!])!;

        foreach (Plot plot in plots)
        {
            VerticalLine line = plot.Add.VerticalLine(best.Epoch, 1, Color.FromHex("#777777"), LinePattern.DenselyDashed);
            line.LegendText = plot == plots[0] ? $"best{(isNamed ? " " + monitored : "")}: epoch {best.Epoch}" : "";
            plot.MoveToBottom(line);
        }
    }
}

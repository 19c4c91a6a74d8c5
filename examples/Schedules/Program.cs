// Draws learning-rate schedules: how the rate changes from epoch to epoch.
using System.CommandLine;
using DeepSharp.Charts;
using DeepSharp.Examples;
using DeepSharp.Examples.Schedules;
using DeepSharp.Optim;
using ScottPlot;

const int Points = 400;

Argument<string[]> names = new("schedules")
{
    Description = $"Which to draw, all if none is named: {string.Join(", ", Drawn.All.Select(static drawn => drawn.Name))}.",
    Arity = ArgumentArity.ZeroOrMore,
};
names.AcceptOnlyFromAmong([.. Drawn.All.Select(static drawn => drawn.Name)]);
Option<int> epochs = NumberOption.Make("--epochs", "How many epochs.", 100, 1, 1_000_000);
Option<double> rate = NumberOption.Make("--lr", "The learning rate that the schedules start from.", 0.1, 1e-9, 1000);
Option<bool> log = new("--log") { Description = "Draw the rate on a logarithmic scale." };
Option<bool> together = new("--together") { Description = "Draw all in one plot." };
Option<FileInfo?> output = PictureOption.Make("The file to write.", "schedules.svg");

RootCommand root = new("Draws learning-rate schedules over epochs.") { names, epochs, rate, log, together, output };
root.SetAction(parsed => PictureOption.Try(() =>
{
    string[] wanted = parsed.GetValue(names) ?? [];
    FileInfo file = parsed.GetValue(output)!;
    Drawn[] drawn = [.. Drawn.All.Where(schedule => wanted.Length == 0 || wanted.Contains(schedule.Name))];
    Draw(drawn, parsed.GetValue(epochs), parsed.GetValue(rate), parsed.GetValue(log), parsed.GetValue(together), file.FullName);
    Console.WriteLine($"{drawn.Length} schedules: {file.FullName}");
}));
return root.Run(args);

static void Draw(IEnumerable<Drawn> schedules, int epochs, double rate, bool log, bool together, string path)
{
    // Up to the end, not at it: there the next cycle or step would begin.
    double[] t = [.. Enumerable.Range(0, Points + 1).Select(i => epochs * Math.Min(1 - 1e-9, (double)i / Points))];
    List<Plot> plots = [];
    foreach (IGrouping<string, Drawn> family in schedules.GroupBy(drawn => together ? "Learning-rate schedules" : drawn.Family))
    {
        Plot plot = Plots.New(family.Key, "epoch", "learning rate", logY: log);
        foreach (Drawn drawn in family)
        {
            LearningRateSchedule schedule = drawn.Make(rate, epochs);
            plot.AddLine(drawn.Name, t, [.. t.Select(at => schedule.Rate(rate, at))]);
        }

        plot.Axes.SetLimits(0, epochs, log ? Math.Log10(rate / 1000) : 0, log ? Math.Log10(rate * 1.1) : rate * 1.05);
        plots.Add(plot);
    }

    int columns = Math.Min(plots.Count, 2);
    Plots.Grid(plots, columns).SaveTo(path, plots.Count == 1 ? 800 : 560 * columns, plots.Count == 1 ? 440 : 290 * ((plots.Count + 1) / 2));
}

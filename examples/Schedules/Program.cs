// Draws learning-rate schedules: how the rate changes from epoch to epoch.
using System.CommandLine;
using DeepSharp.Examples;
using DeepSharp.Examples.Schedules;
using DeepSharp.Optim;
using DeepSharp.Training;

const int Points = 1200;

Argument<string[]> names = new("schedules")
{
    Description = $"Which to draw, all if none is named: {string.Join(", ", Drawn.All.Select(static drawn => drawn.Name))}.",
    Arity = ArgumentArity.ZeroOrMore,
};
names.AcceptOnlyFromAmong([.. Drawn.All.Select(static drawn => drawn.Name)]);
Option<int> epochs = NumberOption.Make("--epochs", "How many epochs.", 100, 1, 1_000_000);
Option<double> rate = NumberOption.Make("--lr", "The learning rate that the schedules start from.", 0.1, 1e-9, 1000);
Option<bool> log = new("--log") { Description = "Draw the rate on a logarithmic scale." };
Option<bool> together = new("--together") { Description = "Draw all in one chart." };
Option<FileInfo?> output = PictureOption.Make("The SVG file to write.", "schedules.svg");

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
    List<Chart> charts = [];
    foreach (IGrouping<string, Drawn> family in schedules.GroupBy(drawn => together ? "Learning-rate schedules" : drawn.Family))
    {
        Chart chart = new(family.Key)
        {
            XAxis = { Label = "epoch", Minimum = 0, Maximum = epochs },
            YAxis = { Label = "learning rate", Scale = log ? AxisScale.Log : AxisScale.Linear, Minimum = log ? rate / 1000 : 0, Maximum = rate * 1.05 },
        };
        foreach (Drawn drawn in family)
        {
            LearningRateSchedule schedule = drawn.Make(rate, epochs);
            chart.Line(drawn.Name, t, [.. t.Select(at => schedule.Rate(rate, at))]);
        }

        charts.Add(chart);
    }

    bool one = charts.Count == 1;
    new ChartPage(charts, columns: charts.Count > 4 ? 3 : 2) { PanelWidth = one ? 720 : 380, PanelHeight = one ? 420 : 290 }.Save(path);
}

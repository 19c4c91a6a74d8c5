// Update rules against each other: training a network on handwritten digits, and descending two valleys.
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using DeepSharp;
using DeepSharp.Data;
using DeepSharp.Examples;
using DeepSharp.Examples.OptimizerRace;

string[] known = [.. Racer.All.Select(static racer => racer.Name)];
Argument<string[]> names = new("optimizers")
{
    Description = $"Which take part, all if none is named: {string.Join(", ", known)}.",
    Arity = ArgumentArity.ZeroOrMore,
    HelpName = "optimizers",
};
names.AcceptOnlyFromAmong(known);
Option<double[]> rates = new("--lr")
{
    Description = "Learning rates; each rule trains with each of them. [default: one for each rule]",
    AllowMultipleArgumentsPerToken = true,
};
rates.Validators.Add(static result =>
{
    if (result.Tokens.Any(static token =>
        !double.TryParse(token.Value, CultureInfo.InvariantCulture, out double rate) || !(rate > 0 && double.IsFinite(rate))))
    {
        result.AddError("--lr must be numbers above 0.");
    }
});
Option<int> samples = NumberOption.Make("--samples", "How many images to train on.", 4000, 2, 60_000);
Option<int> epochs = NumberOption.Make("--epochs", "Passes over them.", 2, 1, 1000);
Option<int> batch = NumberOption.Make("--batch", "Images in a step.", 64, 2, 60_000);
Option<ulong> seed = NumberOption.Make<ulong>("--seed", "The seed of initial values and shuffling.", 1, ulong.MinValue, ulong.MaxValue);
Option<DirectoryInfo?> data = PathOption.Folder("--data", "A folder with the four IDX files, plain or gzipped. [default: the bundled MNIST]");
Option<FileInfo?> output = PictureOption.Make("The file for the race; that of the valleys lies beside it, its name ends in -paths.", "race.svg");

RootCommand root = new("Lets update rules train the same network and descend the same valleys, and draws how they fare.")
{
    names, rates, samples, epochs, batch, seed, data, output,
};
root.SetAction(parsed => PictureOption.Try(() =>
{
    string[] wanted = parsed.GetValue(names) ?? [];
    Racer[] racers = [.. Racer.All.Where(racer => wanted.Length == 0 || wanted.Contains(racer.Name))];
    string race = parsed.GetValue(output)!.FullName;
    string paths = Path.Combine(Path.GetDirectoryName(race)!, Path.GetFileNameWithoutExtension(race) + "-paths" + Path.GetExtension(race));
    MnistData digits = MnistData.Load(parsed.GetValue(data)?.FullName ?? Path.Combine(AppContext.BaseDirectory, "mnist"), Device.Default);

    Console.WriteLine($"{"optimizer",-20}{"rate",10}{"loss",10}{"accuracy",11}{"seconds",10}");
    List<Run> runs = [];
    foreach (Racer racer in racers)
    {
        if (racer.Rate is not { } usual)
        {
            continue;
        }

        foreach (double rate in parsed.GetValue(rates) is { Length: > 0 } given ? given : [usual])
        {
            long began = Stopwatch.GetTimestamp();
            Run run = Run.Train(
                racer, rate, digits, parsed.GetValue(samples), parsed.GetValue(epochs), parsed.GetValue(batch), parsed.GetValue(seed));
            runs.Add(run);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{racer.Name,-20}{rate,10:G3}{run.Losses[^1],10:G4}{run.Accuracies[^1],11:P2}{Stopwatch.GetElapsedTime(began).TotalSeconds,10:F2}"));
        }
    }

    if (runs.Count > 0)
    {
        Pictures.Races(runs, race);
        Console.WriteLine(race);
    }

    Device.Default = Device.Cpu;
    List<(Landscape, IReadOnlyList<Trail>)> trails = [];
    foreach (Landscape landscape in new[] { Landscape.Valley, Landscape.Rosenbrock })
    {
        trails.Add((landscape, [.. racers.Select(racer => Trail.Best(racer, landscape))]));
    }

    Pictures.Trails(trails, paths);
    Console.WriteLine(paths);
}));
return root.Run(args);

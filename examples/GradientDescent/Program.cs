// Batch, mini-batch and stochastic descent on a linear regression whose coefficients are known.
using System.CommandLine;
using System.Globalization;
using DeepSharp.Examples;
using DeepSharp.Examples.GradientDescent;

Option<int> samples = NumberOption.Make("--samples", "How many points the line is fitted to.", 400, 10, 100_000);
Option<int> epochs = NumberOption.Make("--epochs", "Passes over the points.", 25, 1, 10_000);
Option<int> batch = NumberOption.Make("--batch", "The points of a mini-batch.", 32, 2, 100_000);
Option<double> rate = NumberOption.Make("--lr", "The learning rate.", 0.1, 1e-9, 1000);
Option<ulong> seed = NumberOption.Make<ulong>("--seed", "The seed of noise and shuffling.", 1, ulong.MinValue, ulong.MaxValue);
Option<FileInfo?> output = PictureOption.Make("The file to write.", "gradient-descent.svg");

RootCommand root = new("Fits a line by batch, mini-batch and stochastic gradient descent, and draws cost and paths.")
{
    samples, epochs, batch, rate, seed, output,
};
root.SetAction(parsed => PictureOption.Try(() =>
{
    Line line = new(parsed.GetValue(samples), parsed.GetValue(seed));
    (string Name, int Size)[] kinds = [("stochastic", 1), ("mini-batch", Math.Min(parsed.GetValue(batch), line.X.Length)), ("batch", line.X.Length)];
    Descent[] descents = [.. kinds.Select(kind => Descent.Run(
        $"{kind.Name} ({kind.Size})", line, kind.Size, parsed.GetValue(epochs), parsed.GetValue(rate), parsed.GetValue(seed)))];

    (double slope, double intercept) = line.Best();
    Console.WriteLine($"{"",-22}{"steps",8}{"slope",11}{"intercept",11}{"cost",11}");
    Write("true coefficients", null, Line.Slope, Line.Intercept);
    Write("least squares", null, slope, intercept);
    foreach (Descent descent in descents)
    {
        Write(descent.Name, descent.Slopes.Count - 1, descent.Slopes[^1], descent.Intercepts[^1]);
    }

    string path = parsed.GetValue(output)!.FullName;
    Pictures.Draw(line, descents, parsed.GetValue(seed), path);
    Console.WriteLine(path);

    void Write(string name, int? steps, double a, double b) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{name,-22}{steps,8}{a,11:G5}{b,11:G5}{line.Cost(a, b),11:G5}"));
}));
return root.Run(args);

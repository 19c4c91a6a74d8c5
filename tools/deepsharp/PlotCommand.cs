using System.CommandLine;
using DeepSharp.Charts;
using DeepSharp.Training;

namespace DeepSharp.Tool;

/// <summary><c>deepsharp plot HISTORY...</c></summary>
internal static class PlotCommand
{
    internal static Command Make()
    {
        Argument<string[]> files = new("HISTORY")
        {
            Description = "Files of History.SaveJson. Several are drawn together, each under its file's name.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string> target = new("--out", "-o")
        {
            Description = "The picture; its ending is .svg, .png, .jpg or .webp.",
            DefaultValueFactory = static _ => "history.svg",
        };
        Command command = new("plot", "Draw loss and metrics of trainings over their epochs.") { files, target };
        command.SetAction(parsed =>
        {
            (string Name, History History)[] histories = [.. parsed.GetRequiredValue(files)
                .Select(static file => (Path.GetFileNameWithoutExtension(file), History.LoadJson(file)))];
            if (histories.FirstOrDefault(static one => one.History.Epochs.Count == 0) is { Name: { } empty })
            {
                throw new ArgumentException($"{empty}: there is no epoch in this history to draw.");
            }

            string picture = parsed.GetRequiredValue(target);
            (histories.Length == 1 ? histories[0].History.Plot() : Plots.Compare(histories)).SaveTo(picture);
            Console.WriteLine(picture);
        });
        return command;
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace DeepSharp.Examples.Mnist;

/// <summary>The options, their defaults and their help.</summary>
internal static class CommandLine
{
    internal static RootCommand Build(Func<Options, int> run)
    {
        Option<string> model = Choice("--model", "The network: softmax regression, or 784-256-128-10 with batch norm and ReLU.", "mlp", "softmax", "mlp");
        Option<string> device = Choice("--device", "Where to train; the best there is if not given.", "best", "best", "cpu", "cuda", "opencl", "emulated");
        Option<int> epochs = Number("--epochs", "Passes over the training set.", 5, 1, 10_000);
        Option<int> batch = Number("--batch", "Samples in a step.", 128, 1, 60_000);
        Option<double?> rate = new("--lr")
        {
            Description = "The learning rate. [default: the optimizer's, 0.001 for adam]",
        };
        rate.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && !(result.GetValueOrDefault<double?>() > 0 && double.IsFinite(result.GetValueOrDefault<double?>()!.Value)))
            {
                result.AddError("--lr must be a number above zero.");
            }
        });
        Option<string> optimizer = Choice("--optimizer", "The update rule.", "adam", [.. Optimizers.Names]);
        Option<DirectoryInfo> data = new("--data")
        {
            Description = "A folder with the four IDX files, plain or gzipped: MNIST, Fashion-MNIST or KMNIST. [default: the bundled MNIST]",
            DefaultValueFactory = static _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "mnist")),
        };
        Option<ulong> seed = new("--seed")
        {
            Description = "The seed of initial values and shuffling. Same seed, same device: same bits.",
            DefaultValueFactory = static _ => 1,
        };
        Option<int?> limit = new("--limit") { Description = "Train on the first N samples only." };
        limit.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int?>() < 1)
            {
                result.AddError("--limit must be at least 1.");
            }
        });
        Option<FileInfo?> output = new("--out") { Description = "Save the trained network to this file, as safetensors." };

        RootCommand root = new("Trains a network on handwritten digits and shows how well it reads them.")
        {
            model, device, epochs, batch, rate, optimizer, data, seed, limit, output,
        };
        root.SetAction(parsed => run(new Options(
            parsed.GetValue(model)!,
            parsed.GetValue(device)!,
            parsed.GetValue(epochs),
            parsed.GetValue(batch),
            parsed.GetValue(rate) ?? Optimizers.DefaultRate(parsed.GetValue(optimizer)!),
            parsed.GetValue(optimizer)!,
            parsed.GetValue(data)!,
            parsed.GetValue(seed),
            parsed.GetValue(limit),
            parsed.GetValue(output))));
        return root;
    }

    private static Option<string> Choice(string name, string description, string fallback, params string[] choices)
    {
        Option<string> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
        };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }

    private static Option<int> Number(string name, string description, int fallback, int least, int most)
    {
        Option<int> option = new(name)
        {
            Description = description,
            DefaultValueFactory = _ => fallback,
        };
        option.Validators.Add(result => Check(result, least, most));
        return option;
    }

    private static void Check(OptionResult result, int least, int most)
    {
        int value = result.GetValueOrDefault<int>();
        if (value < least || value > most)
        {
            result.AddError($"{result.Option.Name} must be between {least} and {most}, not {value}.");
        }
    }
}

using System.CommandLine;

namespace DeepSharp.Examples.Mnist;

/// <summary>The options, their defaults and their help.</summary>
internal static class CommandLine
{
    internal static RootCommand Build(Func<Options, int> run)
    {
        Option<string> model = ChoiceOption.Make(
            "--model", "The network: softmax regression, 784-256-128-10 with batch norm and ReLU, a convolutional one, or a residual one.", "mlp", "softmax",
            "mlp", "cnn", "resnet");
        Option<string> device = ChoiceOption.Make("--device", "Where to train; the best there is if not given.", "best", "best", "cpu", "cuda", "opencl", "emulated");
        Option<int> epochs = NumberOption.Make("--epochs", "Passes over the training set.", 5, 1, 10_000);
        Option<int> batch = NumberOption.Make("--batch", "Samples in a step.", 128, 1, 60_000);
        Option<double?> rate = NumberOption.MakeOptional(
            "--lr", "The learning rate. [default: the optimizer's, 0.001 for adam]", 1e-9, 1000);
        Option<string> optimizer = ChoiceOption.Make("--optimizer", "The update rule.", "adam", [.. Optimizers.Names]);
        Option<string> schedule = ChoiceOption.Make(
            "--schedule", "How the learning rate falls: not at all, or to zero along half a cosine.", "cosine", "cosine", "constant");
        Option<string> precision = ChoiceOption.Make(
            "--precision", "What matrix products are made of; parameters are float32.", "float32", "float32", "float16", "bfloat16");
        Option<DirectoryInfo?> data = PathOption.Folder(
            "--data", "A folder with the four IDX files, plain or gzipped: MNIST, Fashion-MNIST or KMNIST. [default: the bundled MNIST]");
        Option<ulong> seed = NumberOption.Make<ulong>(
            "--seed", "The seed of initial values and shuffling. Same seed, same device, same instruction set: same bits.", 1, ulong.MinValue, ulong.MaxValue);
        Option<int?> limit = NumberOption.MakeOptional("--limit", "Use only the first N samples, to train on and to test on.", 1, int.MaxValue);
        Option<FileInfo?> output = PathOption.ToWrite("--out", "Save the trained network to this file, as safetensors.");
        Option<FileInfo?> checkpoint = PathOption.ToWrite("--checkpoint", "Save all of the training to this file, after each epoch and when it is interrupted.");
        Option<bool> resume = new("--resume") { Description = "Go on from the file of --checkpoint, to the bit, if it is there." };

        RootCommand root = new("Trains a network on handwritten digits and shows how well it reads them.")
        {
            model, device, epochs, batch, rate, optimizer, schedule, precision, data, seed, limit, output, checkpoint, resume,
        };
        root.SetAction(parsed => run(new Options(
            parsed.GetValue(model)!,
            parsed.GetValue(device)!,
            parsed.GetValue(epochs),
            parsed.GetValue(batch),
            parsed.GetValue(rate) ?? Optimizers.DefaultRate(parsed.GetValue(optimizer)!),
            parsed.GetValue(optimizer)!,
            parsed.GetValue(schedule)!,
            parsed.GetValue(precision)!,
            parsed.GetValue(data) ?? new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "mnist")),
            parsed.GetValue(seed),
            parsed.GetValue(limit),
            parsed.GetValue(output),
            parsed.GetValue(checkpoint),
            parsed.GetValue(resume))));
        return root;
    }
}

using System.CommandLine;
using DeepSharp.Benchmarks.Measure;
using DeepSharp.Examples;
using TorchSharp;

// Prints one line per measurement, `torchsharp ROW UNIT VALUE`: the same work as ../pytorch and ../../Measure.
Dictionary<string, Action<int>> sections = new()
{
    ["mlp"] = Networks.Mlp,
    ["small"] = Networks.Small,
    ["lenet"] = Networks.LeNet,
    ["gemm"] = static _ => Products.Run(),
    ["optimizers"] = static _ => Optimizers.Run(),
    ["operators"] = static _ => Operators.Run(),
    ["gradients"] = static _ => Gradients.Run(),
    ["convolutions"] = static _ => Convolutions.Run(),
    ["layers"] = static _ => Layers.Run(),
};
Option<string[]> only = new("--only") { Description = "A section to run, may be repeated. [default: all]", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong([.. sections.Keys]);
Option<int> threads = NumberOption.Make("--threads", "Threads to compute with.", Environment.ProcessorCount, 1, 1024);
Option<int> epochs = NumberOption.Make("--epochs", "Epochs of the networks.", 3, 1, 1000);
RootCommand command = new("Measures TorchSharp on the CPU.") { only, threads, epochs };
command.SetAction(result =>
{
    torch.set_num_threads(result.GetValue(threads));
    torch.random.manual_seed(1);
    Console.WriteLine($"# TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}, libtorch {torch.__version__}, {torch.get_num_threads()} threads");
    foreach (string section in result.GetValue(only) is { Length: > 0 } some ? some : [.. sections.Keys])
    {
        sections[section](result.GetValue(epochs));
    }
});
return command.Run(args);

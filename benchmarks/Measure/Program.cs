using System.CommandLine;
using System.Runtime.InteropServices;
using DeepSharp;
using DeepSharp.Benchmarks.Measure;
using DeepSharp.Examples;

// Prints one line per measurement, `deepsharp ROW UNIT VALUE`: the rows that benchmarks/compare/pytorch prints for PyTorch.
string[] sections = ["mlp", "small", "lenet", "gemm", "optimizers", "operators", "gradients", "convolutions", "layers"];
Option<string[]> only = new("--only") { Description = "A section to run, may be repeated. [default: all]", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong(sections);
Option<int> epochs = NumberOption.Make("--epochs", "Epochs of the networks.", 3, 1, 1000);
RootCommand command = new("Measures DeepSharp on the CPU: training, matrix products, optimizer steps, single operators.") { only, epochs };
command.SetAction(result =>
{
    Device.Default = Device.Cpu;
    Generator.Default = new Generator(seed: 1);
    Console.WriteLine(
        $"# DeepSharp {typeof(Tensor).Assembly.GetName().Version?.ToString(3)}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} threads");
    string[] chosen = result.GetValue(only) is { Length: > 0 } some ? some : sections;
    foreach (string section in chosen)
    {
        Run(section, result.GetValue(epochs));
    }
});
return command.Run(args);

static void Run(string section, int epochs)
{
    switch (section)
    {
        case "mlp":
            Networks.Mlp(epochs);
            break;
        case "small":
            Networks.Small(epochs);
            break;
        case "lenet":
            Networks.LeNet(epochs);
            break;
        case "gemm":
            Products.Run();
            break;
        case "optimizers":
            Optimizers.Run();
            break;
        case "operators":
            Operators.Run();
            break;
        case "gradients":
            Gradients.Run();
            break;
        case "convolutions":
            Convolutions.Run();
            break;
        case "layers":
            Layers.Run();
            break;
    }
}

using System.CommandLine;
using System.Globalization;
using System.Reflection;
using DeepSharp.Benchmarks.Compare;
using DeepSharp.Examples;

// Runs every section in DeepSharp and in its peers, one process after the other, round after round, and prints what BENCHMARKS.md has.
string[] sections = ["mlp", "small", "lenet", "gemm", "optimizers", "gradients", "convolutions", "layers", "operators"];
Option<string[]> only = new("--only") { Description = "A section to run, may be repeated. [default: all]", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong(sections);
Option<int> rounds = NumberOption.Make("--rounds", "How often each side runs; the median counts.", 3, 1, 1000);
Option<string> python = new("--python")
{
    Description = "The Python that has PyTorch.",
    DefaultValueFactory = static _ => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3",
};
Option<bool> avx2 = new("--avx2") { Description = "Holds all sides to AVX2, as on processors without AVX-512." };
Option<FileInfo> write = new("--write")
{
    Description = "A Markdown file, such as BENCHMARKS.md, to write the result into, between its markers, with its chart in docs/images beside it.",
};
write.AcceptExistingOnly();
RootCommand command = new("Compares DeepSharp on the CPU with PyTorch and TorchSharp on the same machine.") { only, rounds, python, avx2, write };
command.SetAction(result => Run(
    result.GetValue(only) is { Length: > 0 } some ? some : sections, result.GetValue(rounds), result.GetValue(python)!,
    result.GetValue(avx2), result.GetValue(write)));
return command.Run(args);

static int Run(string[] sections, int rounds, string python, bool avx2, FileInfo? write)
{
    const string Readme = "benchmarks/compare/README.md says how to install it.";
    string[] threads = ["--threads", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)];
    Side deepSharp = new("deepsharp", "DeepSharp", "dotnet", [Metadata("MeasureAssembly")], "");
    Side[] peers =
    [
        new("pytorch", "PyTorch", python, [Metadata("PyTorchScript"), .. threads], Readme),
        new("torchsharp", "TorchSharp", "dotnet", [Metadata("TorchSharpAssembly"), .. threads], Readme),
    ];
    Dictionary<string, string> environment = avx2
        ? new()
        {
            ["DOTNET_EnableAVX512"] = "0",
            ["ATEN_CPU_CAPABILITY"] = "avx2",
            ["OPENBLAS_CORETYPE"] = "Haswell",
            ["MKL_ENABLE_INSTRUCTIONS"] = "AVX2",
            ["ONEDNN_MAX_CPU_ISA"] = "AVX2",
        }
        : [];
    foreach (string section in sections)
    {
        for (int round = 1; round <= rounds; round++)
        {
            Console.Error.WriteLine($"{section}, round {round} of {rounds}");
            foreach (Side side in peers.Prepend(deepSharp).Where(static side => side.Runs))
            {
                side.Run(section, environment);
            }

            if (!deepSharp.Runs)
            {
                return 1;
            }
        }
    }

    Report report = new(deepSharp, peers, rounds, avx2);
    Console.Write(report.Text);
    if (write is not null)
    {
        report.WriteInto(write);
    }

    return 0;
}

static string Metadata(string key) => typeof(Measurements).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
    .First(attribute => attribute.Key == key).Value!;

using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using DeepSharp.Benchmarks.Compare;
using DeepSharp.Examples;

// Runs every section in DeepSharp and in PyTorch, one process after the other, round after round, and prints the ratios.
string[] sections = ["mlp", "small", "gemm", "optimizers", "operators"];
Option<string[]> only = new("--only") { Description = "A section to run, may be repeated. [default: all]", AllowMultipleArgumentsPerToken = true };
only.AcceptOnlyFromAmong(sections);
Option<int> rounds = NumberOption.Make("--rounds", "How often each side runs; the median counts.", 3, 1, 1000);
Option<string> python = new("--python")
{
    Description = "The Python that has PyTorch.",
    DefaultValueFactory = static _ => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3",
};
RootCommand command = new("Compares DeepSharp on the CPU with PyTorch on the same machine.") { only, rounds, python };
command.SetAction(result => Run(
    result.GetValue(only) is { Length: > 0 } some ? some : sections, result.GetValue(rounds), result.GetValue(python)!));
return command.Run(args);

static int Run(string[] sections, int rounds, string python)
{
    Measurements deepSharp = new("deepsharp");
    Measurements pyTorch = new("pytorch");
    bool hasPeer = TryStart(python, ["-c", "import torch"], out _);
    if (!hasPeer)
    {
        Console.Error.WriteLine($"{python} has no PyTorch: only DeepSharp is measured. benchmarks/compare/README.md says how to install it.");
    }

    string threads = Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture);
    foreach (string section in sections)
    {
        for (int round = 1; round <= rounds; round++)
        {
            Console.Error.WriteLine($"{section}, round {round} of {rounds}");
            if (!TryStart("dotnet", [Metadata("MeasureAssembly"), "--only", section], out string output))
            {
                Console.Error.WriteLine($"error: DeepSharp's side failed in {section}.");
                return 1;
            }

            deepSharp.Read(output);
            if (hasPeer && TryStart(python, [Metadata("PyTorchScript"), "--threads", threads, "--only", section], out output))
            {
                pyTorch.Read(output);
            }
        }
    }

    foreach (string note in deepSharp.Notes.Concat(pyTorch.Notes))
    {
        Console.WriteLine($"- {note}");
    }

    Console.WriteLine();
    Console.Write(Table.Write(deepSharp, pyTorch));
    return 0;
}

static string Metadata(string key) => typeof(Measurements).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
    .First(attribute => attribute.Key == key).Value!;

// Runs a program to its end; false if it is not there or fails.
static bool TryStart(string program, string[] arguments, out string output)
{
    output = "";
    try
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0 && arguments[0] != "-c")
        {
            Console.Error.Write(errors.Result);
        }

        return process.ExitCode == 0;
    }
    catch (Win32Exception)
    {
        return false;
    }
}

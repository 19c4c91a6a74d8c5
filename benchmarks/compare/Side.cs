using System.ComponentModel;
using System.Diagnostics;

namespace DeepSharp.Benchmarks.Compare;

/// <summary>A program that measures, and what it has printed.</summary>
/// <param name="name">The first word of its lines.</param>
/// <param name="title">Its name in the table.</param>
/// <param name="program">What to start.</param>
/// <param name="arguments">The arguments before those of a section.</param>
/// <param name="remedy">What to do where it cannot run.</param>
internal sealed class Side(string name, string title, string program, string[] arguments, string remedy)
{
    internal string Title => title;

    internal Measurements Measured { get; } = new(name);

    /// <summary>Whether it still takes part: false once it could not run.</summary>
    internal bool Runs { get; private set; } = true;

    /// <summary>Measures a section in a process of its own.</summary>
    internal void Run(string section, IReadOnlyDictionary<string, string> environment)
    {
        ProcessStartInfo start = new(program, [.. arguments, "--only", section]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }

        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Measured.Read(process.StandardOutput.ReadToEnd());
            process.WaitForExit();
            Runs = process.ExitCode == 0;
            if (!Runs)
            {
                string[] said = errors.Result.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                Console.Error.WriteLine(string.Join("\n", said.Take(1).Concat(said.Skip(1).TakeLast(1))));
            }
        }
        catch (Win32Exception error)
        {
            Console.Error.WriteLine(error.Message);
            Runs = false;
        }

        if (!Runs)
        {
            Console.Error.WriteLine($"{title} does not run in the section {section} and is left out from here on. {remedy}");
        }
    }
}

using System.Diagnostics;
using System.Reflection;

namespace DeepSharp.Tests;

/// <summary>Runs an example as its user does.</summary>
internal static class ExampleProgram
{
    internal static (int Code, string Output, string Errors) Run(string example, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Assembly(example), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Runs an example's main method in this process, where what it does to the devices can be seen.</summary>
    /// <param name="example">The example.</param>
    /// <param name="onLine">Called, on the example's thread, when it has written a line.</param>
    /// <param name="arguments">Its command line.</param>
    /// <returns>The lines.</returns>
    internal static string[] RunHere(string example, Action onLine, params string[] arguments)
    {
        TextWriter console = Console.Out;
        Generator numbers = Generator.Default;
        using Lines lines = new(onLine);
        Console.SetOut(lines);
        try
        {
            System.Reflection.Assembly.LoadFrom(Assembly(example)).EntryPoint!.Invoke(null, [arguments]);
        }
        finally
        {
            Console.SetOut(console);
            Generator.Default = numbers;
        }

        return lines.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Assembly(string example) =>
        Path.Combine(Metadata("ExamplesFolder"), example, Metadata("OutputFolder"), example + ".dll");

    private static string Metadata(string key) => typeof(ExampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!;

    private sealed class Lines(Action onLine) : StringWriter(System.Globalization.CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            onLine();
        }
    }
}

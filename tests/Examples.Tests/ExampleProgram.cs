using System.Diagnostics;
using System.Globalization;
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

    /// <summary>Starts an example, whose output is read by whoever started it.</summary>
    internal static Process Start(string example, params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [Assembly(example), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Starts an example on a terminal of its own, of which the streams are the other side.</summary>
    /// <remarks>It hears Ctrl-C even where the tests run in the background of a shell, which has its programs ignore it.</remarks>
    internal static Process StartOnTerminal(string example, string arguments)
    {
        ProcessStartInfo start = new("script", ["-q", "-e", "-c", $"exec env --default-signal=INT dotnet {Assembly(example)} {arguments}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["TERM"] = "xterm";
        return Process.Start(start)!;
    }

    /// <summary>Runs an example's main method in this process, where what it does to the devices can be seen.</summary>
    /// <param name="example">The example.</param>
    /// <param name="onLine">Called, on the example's thread, when it has written a line.</param>
    /// <param name="arguments">Its command line.</param>
    /// <returns>The lines.</returns>
    internal static string[] RunHere(string example, Action onLine, params string[] arguments)
    {
        using Lines lines = new(onLine);
        Call(example, lines, Console.Error, arguments);
        return lines.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Runs an example's main method in this process, which is faster than starting one.</summary>
    internal static (int Code, string Output, string Errors) RunHere(string example, params string[] arguments)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture);
        using StringWriter errors = new(CultureInfo.InvariantCulture);
        return (Call(example, output, errors, arguments), output.ToString(), errors.ToString());
    }

    private static int Call(string example, TextWriter output, TextWriter errors, string[] arguments)
    {
        (TextWriter console, TextWriter consoleErrors, Generator numbers, Device device) = (Console.Out, Console.Error, Generator.Default, Device.Default);
        Console.SetOut(output);
        Console.SetError(errors);
        try
        {
            return System.Reflection.Assembly.LoadFrom(Assembly(example)).EntryPoint!.Invoke(null, [arguments]) as int? ?? 0;
        }
        finally
        {
            Console.SetOut(console);
            Console.SetError(consoleErrors);
            (Generator.Default, Device.Default) = (numbers, device);
        }
    }

    private static string Assembly(string example) =>
        Path.Combine(Metadata("ExamplesFolder"), example, Metadata("OutputFolder"), example + ".dll");

    private static string Metadata(string key) => typeof(ExampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!;

    private sealed class Lines(Action onLine) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            onLine();
        }
    }
}

using System.Diagnostics;
using System.Reflection;

namespace DeepSharp.Tests;

/// <summary>Runs an example as its user does.</summary>
internal static class ExampleProgram
{
    internal static (int Code, string Output, string Errors) Run(string example, params string[] arguments)
    {
        string assembly = Path.Combine(Metadata("ExamplesFolder"), example, Metadata("OutputFolder"), example + ".dll");
        ProcessStartInfo start = new("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static string Metadata(string key) => typeof(ExampleProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!;
}

using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;

namespace DeepSharp.Tests;

/// <summary>Runs the tool as its user does.</summary>
internal static class Tool
{
    private static readonly string s_path = typeof(Tool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key == "Tool").Value!;

    internal static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [s_path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>The JSON of a command that ends well.</summary>
    internal static JsonNode Json(params string[] arguments)
    {
        (int code, string output, string errors) = Run([.. arguments, "--json"]);
        Assert.Equal(("", 0), (errors, code));
        return JsonNode.Parse(output)!;
    }

    /// <summary>What a command that cannot be done says, in a line.</summary>
    internal static string Fail(params string[] arguments)
    {
        (int code, string output, string errors) = Run(arguments);
        Assert.Equal(("", 2), (output, code));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        return errors.TrimEnd();
    }
}

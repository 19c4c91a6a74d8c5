using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DeepSharp.PtxCheck;

/// <summary>NVIDIA's ptxas, if it is on the PATH: turns PTX into machine code and says what that needs.</summary>
internal static partial class Assembler
{
    /// <summary>The version; null if there is no ptxas.</summary>
    internal static string? Version()
    {
        try
        {
            (int code, string output) = Run(["--version"]);
            return code == 0 ? Release().Match(output).Groups[1].Value : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Assembles a file for an architecture such as <c>sm_80</c>.</summary>
    /// <exception cref="InvalidOperationException">ptxas refuses it; the message is what it says.</exception>
    internal static Usage Assemble(string file, string architecture)
    {
        (int code, string output) = Run(["-v", $"-arch={architecture}", "-o", Path.ChangeExtension(file, ".cubin"), file]);
        return code == 0
            ? new Usage(
                Number(Registers(), output), Number(Shared(), output), Number(Stack(), output),
                Number(SpillStores(), output) + Number(SpillLoads(), output))
            : throw new InvalidOperationException($"ptxas {architecture} refuses {file}: {output}");
    }

    private static (int Code, string Output) Run(string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("ptxas", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static int Number(Regex pattern, string text) =>
        pattern.Match(text) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"release ([\d.]+)")]
    private static partial Regex Release();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Registers();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex Shared();

    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex Stack();

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex SpillStores();

    [GeneratedRegex(@"(\d+) bytes spill loads")]
    private static partial Regex SpillLoads();

    /// <summary>What a kernel needs.</summary>
    /// <param name="Registers">Registers of a thread.</param>
    /// <param name="SharedBytes">Static shared memory of a group.</param>
    /// <param name="StackBytes">Local memory of a thread.</param>
    /// <param name="SpillBytes">Bytes that did not fit the registers, stored and loaded.</param>
    internal readonly record struct Usage(int Registers, int SharedBytes, int StackBytes, int SpillBytes);
}

using System.Diagnostics;
using System.Reflection;

namespace DeepSharp.Tests;

/// <summary>A program that uses the CPU alone.</summary>
public class CpuOnlyTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("DOTNET_TieredCompilation", "0")]
    public async Task Training_on_the_CPU_loads_no_ILGPU(string setting, string value)
    {
        // It looks for itself at what is loaded in the end; a process of its own, since other tests do load ILGPU. With full optimisation
        // from the start, methods are inlined that would only be called otherwise.
        string program = typeof(CpuOnlyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "CpuOnly").Value!;
        ProcessStartInfo start = new("dotnet", [program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (setting.Length > 0)
        {
            start.Environment[setting] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        Assert.Contains("accuracy: 0.9", output, StringComparison.Ordinal);
    }
}

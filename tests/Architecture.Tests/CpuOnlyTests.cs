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
        Assert.Contains("accuracy: 0.9", await Run([], setting, value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Narrower_registers_give_the_bits_of_a_machine_without_the_wider_ones()
    {
        // Losses, accuracies, operators, optimizers and derivatives, each with its bits.
        string narrow = CpuKernels.SupportedVectorBits[0].ToString(System.Globalization.CultureInfo.InvariantCulture);
        string expected = await Run([], "DOTNET_EnableAVX512", "0");
        Assert.Equal(expected, await Run([narrow, "1"], "", ""));
        if (CpuKernels.SupportedVectorBits.Count > 1)
        {
            Assert.NotEqual(expected, await Run([], "", ""));
        }
    }

    private static async Task<string> Run(string[] arguments, string setting, string value)
    {
        string program = typeof(CpuOnlyTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "CpuOnly").Value!;
        ProcessStartInfo start = new("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // A machine with OpenCL's loader and no driver for it: other programs bring the loader.
        start.Environment["OCL_ICD_VENDORS"] = "/nowhere";
        if (setting.Length > 0)
        {
            start.Environment[setting] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}

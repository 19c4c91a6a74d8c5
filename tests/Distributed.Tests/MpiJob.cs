using System.Diagnostics;
using System.Reflection;
using System.Text;
using DeepSharp.Distributed;

namespace DeepSharp.Tests;

/// <summary>Several processes of the test program, started as a user starts them.</summary>
internal static class MpiJob
{
    private static readonly string s_program = typeof(MpiJob).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Program").Value!;

    /// <summary>The launchers of this machine: of Open MPI, of MPICH.</summary>
    internal static IEnumerable<string> Launchers => new[] { "mpirun.openmpi", "mpirun.mpich" }.Where(static name => Find(name) is not null);

    internal static string? Missing => !Communicator.IsAvailable || !Launchers.Any()
        ? "There is no MPI on this machine: apt-get install openmpi-bin."
        : null;

    /// <summary>Runs a case and gives its exit code and all that it wrote.</summary>
    internal static (int Code, string Text) Run(string launcher, int ranks, params string[] arguments)
    {
        ProcessStartInfo start = new(Find(launcher)!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (launcher == "mpirun.openmpi")
        {
            start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
            start.ArgumentList.Add("--oversubscribe");
            start.ArgumentList.Add("--bind-to");
            start.ArgumentList.Add("none");
        }

        // Many processes on few cores.
        start.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
        start.Environment["OMPI_MCA_mpi_yield_when_idle"] = "1";
        foreach (string argument in new[] { "-np", $"{ranks}", Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", s_program })
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        StringBuilder text = new();
        using Process process = new() { StartInfo = start };
        DataReceivedEventHandler take = (_, line) =>
        {
            lock (text)
            {
                text.AppendLine(line.Data);
            }
        };
        process.OutputDataReceived += take;
        process.ErrorDataReceived += take;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return (-1, $"It hung.\n{text}");
        }

        process.WaitForExit();
        lock (text)
        {
            return (process.ExitCode, text.ToString());
        }
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':')
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}

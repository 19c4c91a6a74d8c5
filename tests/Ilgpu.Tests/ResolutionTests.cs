using System.Diagnostics;

namespace DeepSharp.Ilgpu.Tests;

/// <summary>How the build chooses between the package and the stand-in, asked of the build itself, away from the real folders.</summary>
public sealed class ResolutionTests : IDisposable
{
    private static readonly string Root = FindRoot();
    private readonly DirectoryInfo _scratch = Directory.CreateTempSubdirectory("ilgpu-resolution");

    public void Dispose() => _scratch.Delete(recursive: true);

    [Fact]
    public void A_wrong_source_is_refused_with_the_right_ones()
    {
        (int code, string output) = Decide("-property:IlgpuSource=packages");
        Assert.NotEqual(0, code);
        Assert.Contains("IlgpuSource is 'packages'; it must be auto, package or standin.", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_in_the_folder_is_taken_without_asking_a_feed()
    {
        foreach (string package in new[] { "ilgpu", "ilgpu.algorithms" })
        {
            string folder = Path.Combine(_scratch.FullName, "packages", package, "1.5.3");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, ".nupkg.metadata"), "{}");
        }

        (int code, string output) = Decide($"-property:RestoreSources={Path.Combine(_scratch.FullName, "missing")}");
        Assert.Equal((0, "package"), (code, output.Trim()));
    }

    [Fact]
    public void Feeds_without_the_package_give_the_stand_in_and_are_asked_once()
    {
        string feed = _scratch.CreateSubdirectory("feed").FullName;
        (int code, string output) = Decide($"-property:RestoreSources={feed}");
        Assert.Equal((0, "standin"), (code, output.Trim()));
        string remembered = File.ReadAllText(Path.Combine(_scratch.FullName, "no.txt"));
        Assert.Contains(feed, remembered, StringComparison.Ordinal);

        // A second question would write the file again.
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(_scratch.FullName, "no.txt"));
        (code, output) = Decide($"-property:RestoreSources={feed}");
        Assert.Equal((0, "standin"), (code, output.Trim()));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(_scratch.FullName, "no.txt")));
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeepSharp.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests must run from a build inside the repository.");
    }

    private (int Code, string Output) Decide(string setting)
    {
        ProcessStartInfo start = new("dotnet")
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "msbuild",
                Path.Combine("eng", "ilgpu-probe", "IlgpuProbe.csproj"),
                "-nologo",
                "-nodeReuse:false",
                "-verbosity:quiet",
                "-target:DecideIlgpuSource",
                "-getProperty:_Answer",
                $"-property:_NoFile={Path.Combine(_scratch.FullName, "no.txt")}",
                $"-property:RestorePackagesPath={Path.Combine(_scratch.FullName, "packages")}",
                setting,
            },
        };
        // The test host's own settings are no concern of a build.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}

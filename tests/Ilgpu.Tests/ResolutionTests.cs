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

    [Fact]
    public void The_package_asked_for_by_name_is_an_error_on_a_feed_without_it()
    {
        string project = Project();
        (int code, string output) = Build(
            project, "-target:Restore", "-property:IlgpuSource=package", $"-property:RestoreSources={_scratch.CreateSubdirectory("feed").FullName}",
            $"-property:RestorePackagesPath={Path.Combine(_scratch.FullName, "packages")}");
        Assert.NotEqual(0, code);
        Assert.Contains("NU1101", output, StringComparison.Ordinal);
        Assert.Contains("Unable to find package ILGPU", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_build_on_the_stand_in_says_so_and_why_in_one_line()
    {
        string project = Project("standin");
        foreach ((string source, string why) in new[] { ("standin", "IlgpuSource=standin"), ("auto", "no package feed offered ILGPU 1.5.3") })
        {
            (int code, string output) = Build(project, "-verbosity:minimal", "-target:SayIlgpuStandin", $"-property:IlgpuSource={source}");
            Assert.Equal(0, code);
            string line = Assert.Single(output.Split('\n'), static line => line.Contains("ILGPU", StringComparison.Ordinal));
            Assert.Contains("ILGPU: building on the stand-in", line, StringComparison.Ordinal);
            Assert.Contains(why, line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("standin", "package")]
    [InlineData("package", "standin")]
    public void A_source_other_than_the_restored_one_is_refused_with_the_remedy(string restored, string asked)
    {
        string project = Project(restored);
        (int code, string output) = Build(project, "-target:CheckIlgpuAnswer", $"-property:IlgpuSource={asked}");
        Assert.NotEqual(0, code);
        Assert.Contains("DSILGPU2", output, StringComparison.Ordinal);
        Assert.Contains($"IlgpuSource={asked} was asked for, but User was restored for '{restored}'.", output, StringComparison.Ordinal);
        Assert.Contains($"dotnet restore -p:IlgpuSource={asked}", output, StringComparison.Ordinal);
        Assert.Equal(0, Build(project, "-target:CheckIlgpuAnswer", $"-property:IlgpuSource={restored}").Code);
    }

    [Fact]
    public void Both_sources_in_one_build_are_refused_with_the_remedy()
    {
        (int code, string output) = Build(
            Project("package", "/packages/ILGPU.dll", "/standin/DeepSharp.IlgpuStandin.dll"), "-target:CheckIlgpuMixture");
        Assert.NotEqual(0, code);
        Assert.Contains("DSILGPU3", output, StringComparison.Ordinal);
        Assert.Contains("User and the projects it depends on were restored for different ILGPU sources", output, StringComparison.Ordinal);
        Assert.Contains("restore the whole solution", output, StringComparison.Ordinal);
        Assert.Equal(0, Build(Project("package", "/packages/ILGPU.dll"), "-target:CheckIlgpuMixture").Code);
    }

    // A project away from the repository that uses ILGPU as those inside do, with what its last restore answered.
    private string Project(string? restored = null, params string[] references)
    {
        string eng = Path.Combine(Root, "eng");
        string project = Path.Combine(_scratch.FullName, "User.csproj");
        File.WriteAllText(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <UsesIlgpu>true</UsesIlgpu>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <Import Project="{Path.Combine(eng, "Ilgpu.props")}" />
              <ItemGroup>
                {string.Concat(references.Select(static reference => $"<ReferencePath Include=\"{reference}\" />"))}
              </ItemGroup>
              <Import Project="{Path.Combine(eng, "Ilgpu.targets")}" />
            </Project>
            """);
        File.WriteAllText(
            Path.Combine(_scratch.FullName, "Directory.Packages.props"),
            $"<Project><Import Project=\"{Path.Combine(Root, "Directory.Packages.props")}\" /></Project>");
        if (restored is not null)
        {
            string obj = _scratch.CreateSubdirectory("obj").FullName;
            File.WriteAllText(
                Path.Combine(obj, "User.csproj.ilgpu.g.props"),
                $"<Project><PropertyGroup><IlgpuRestored>{restored}</IlgpuRestored></PropertyGroup></Project>");
        }

        return project;
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

    private (int Code, string Output) Decide(string setting) => Build(
        Path.Combine("eng", "ilgpu-probe", "IlgpuProbe.csproj"),
        "-verbosity:quiet",
        "-target:DecideIlgpuSource",
        "-getProperty:_Answer",
        $"-property:_NoFile={Path.Combine(_scratch.FullName, "no.txt")}",
        $"-property:RestorePackagesPath={Path.Combine(_scratch.FullName, "packages")}",
        setting);

    private static (int Code, string Output) Build(string project, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", ["msbuild", project, "-nologo", "-nodeReuse:false", .. arguments])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
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

using System.Reflection;
using System.Text.RegularExpressions;

namespace DeepSharp.Tests;

/// <summary>The rules of the house of kernels, held by its sources and its public types.</summary>
public partial class KernelHouseTests
{
    // What a user extends: a struct that implements one of these is an operator, a reduction, a rule or a number.
    private static readonly string[] s_extended =
        ["IUnaryOp", "IBinaryOp", "IMap", "INumericMap", "IUpdateRule", "INumeric`1", "IReal`1", "IScalar`1"];

    // What a user names besides.
    private static readonly string[] s_named =
    [
        "CpuKernels", "Device", "DeviceKind", "DeviceException", "DeviceStatistics", "RefusedDevice", "DType", "DTypeExtensions", "Chaining", "Saved",
        "Pack`1",
    ];

    // Calls a library of GPUs.
    private const string Library = "Drivers/Gemm/Gemm.Blas.cs";

    private static string Folder => Path.Combine(ArchitectureTests.SourceFolder, "Kernels");

    [Fact]
    public void Public_is_only_what_a_user_extends_or_names() => Assert.Empty(
        Assembly.Load("DeepSharp.Kernels").GetExportedTypes()
            .Where(static type => !type.IsNested && !type.IsInterface && !s_named.Contains(type.Name)
                && !type.GetInterfaces().Any(static i => s_extended.Contains(i.Name)))
            .Select(static type => type.Name));

    [Fact]
    public void A_switch_over_element_types_picks_code_in_one_place() =>
        Assert.Empty(Lines(CaseOfElementType(), static file => file is not ("Runtime/Dispatch.cs" or "Runtime/DTypeExtensions.cs")));

    [Fact]
    public void Only_the_entry_of_a_driver_asks_where_it_runs() =>
        Assert.Empty(Lines(AsksForTheHost(), static file => !file.StartsWith("Runtime/", StringComparison.Ordinal) && !IsEntry(file)));

    [Fact]
    public void Only_kernels_and_the_runtime_mention_types_of_ILGPU() =>
        Assert.Empty(Lines(MentionsIlgpu(), static file => !IsOfGpus(file) && !file.StartsWith("Runtime/", StringComparison.Ordinal)));

    [Fact]
    public void Only_the_runtime_starts_and_counts_kernels() =>
        Assert.Empty(Lines(StartsByHand(), static file => !file.StartsWith("Runtime/", StringComparison.Ordinal) && file != Library));

    // X.cs, where X.Gpu.cs stands beside it or serves the whole folder.
    private static bool IsEntry(string file) => file.StartsWith("Drivers/", StringComparison.Ordinal)
        && !file.EndsWith(".Host.cs", StringComparison.Ordinal) && !IsOfGpus(file)
        && Directory.EnumerateFiles(Path.GetDirectoryName(Path.Combine(Folder, file))!, "*.Gpu.cs").Any();

    private static bool IsOfGpus(string file) => file.EndsWith(".Gpu.cs", StringComparison.Ordinal) || file == Library;

    // File and line of whatever a pattern finds in code, comments left out.
    private static IEnumerable<string> Lines(Regex pattern, Func<string, bool> concerns) =>
        Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Select(static path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal) && concerns(file))
            .SelectMany(file => File.ReadLines(Path.Combine(Folder, file))
                .Select(static (text, index) => (Text: Comment().Replace(text, ""), Number: index + 1))
                .Where(line => pattern.IsMatch(line.Text))
                .Select(line => $"{file}:{line.Number}: {line.Text.Trim()}"));

    [GeneratedRegex(@"//.*$")]
    private static partial Regex Comment();

    // case DType.Float32, case (DType.Float32, …), DType.Float32 or … =>
    [GeneratedRegex(@"case \(?DType\.|\bDType\.\w+( or DType\.\w+)*(, [^=]*)?\)? =>")]
    private static partial Regex CaseOfElementType();

    [GeneratedRegex(@"\b(IsHost|StartsOnHost)\b")]
    private static partial Regex AsksForTheHost();

    [GeneratedRegex(@"\bILGPU\b|\b(ArrayView|KernelConfig|Accelerator|AcceleratorStream|SharedMemory|MemoryBuffer)\b")]
    private static partial Regex MentionsIlgpu();

    [GeneratedRegex(@"\b(CountLaunch|Launcher|LoadStreamKernel)\b|\.Kernel<")]
    private static partial Regex StartsByHand();
}

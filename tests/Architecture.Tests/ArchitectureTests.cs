using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DeepSharp.Tests;

/// <summary>The house rules that a compiler does not know.</summary>
public partial class ArchitectureTests
{
    // An arrow down: each project and what it may refer to. What those refer to comes with them.
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Kernels"] = [],
        ["Tensor"] = ["Kernels"],
        ["Autograd"] = ["Tensor"],
        ["Layers"] = ["Autograd"],
        ["Optim"] = ["Autograd"],
        ["Persistence"] = ["Tensor"],
        ["Data"] = ["Tensor", "Persistence"],
        ["Training"] = ["Data", "Layers", "Optim", "Persistence"],
        ["DeepSharp"] = ["Training"],
        ["Charts"] = ["Training", "DeepSharp"],
        ["Tables"] = ["Training", "DeepSharp"],
        ["Images"] = ["Training", "DeepSharp"],
        ["Distributed"] = ["Training", "DeepSharp"],
        ["Logging"] = ["Training", "DeepSharp"],
        ["Exchange"] = ["Layers", "Persistence", "DeepSharp"],
    };

    internal static string SourceFolder => typeof(ArchitectureTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "SourceFolder").Value!;

    public static TheoryData<string> Projects => [.. s_allowed.Keys];

    [Fact]
    public void Every_project_has_its_place() => Assert.Equal(
        s_allowed.Keys.Order(), Directory.GetDirectories(SourceFolder).Select(static path => Path.GetFileName(path)!).Order());

    [Theory]
    [MemberData(nameof(Projects))]
    public void Projects_refer_downwards_only(string project)
    {
        string file = Assert.Single(Directory.GetFiles(Path.Combine(SourceFolder, project), "*.csproj"));
        string[] references = [.. XDocument.Load(file).Descendants("ProjectReference")
            .Select(static reference => Path.GetFileName(Path.GetDirectoryName(reference.Attribute("Include")!.Value.Replace('\\', '/'))!))];
        Assert.Empty(references.Except(s_allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Assemblies_use_only_what_is_below_them(string project)
    {
        if (project == "DeepSharp")
        {
            return;
        }

        HashSet<string> below = Below(project);
        string[] used = [.. Assembly.Load($"DeepSharp.{project}").GetReferencedAssemblies()
            .Select(static name => name.Name!)
            .Where(static name => name.StartsWith("DeepSharp.", StringComparison.Ordinal))
            .Select(static name => name["DeepSharp.".Length..])];
        Assert.Empty(used.Except(below));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_Kernels_knows_ILGPU(string project)
    {
        if (project is "DeepSharp" or "Kernels")
        {
            return;
        }

        Assert.DoesNotContain(
            Assembly.Load($"DeepSharp.{project}").GetReferencedAssemblies(),
            static name => name.Name is "ILGPU" or "ILGPU.Algorithms");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_Charts_knows_what_draws(string project)
    {
        if (project is "DeepSharp" or "Charts")
        {
            return;
        }

        // Images decodes with what ScottPlot draws with.
        Assert.DoesNotContain(
            Assembly.Load($"DeepSharp.{project}").GetReferencedAssemblies(),
            name => name.Name!.StartsWith("ScottPlot", StringComparison.Ordinal)
                || (project != "Images" && name.Name.StartsWith("SkiaSharp", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_Tables_knows_what_reads_them(string project) => Assert.DoesNotContain(
        project is "DeepSharp" or "Tables" ? [] : Assembly.Load($"DeepSharp.{project}").GetReferencedAssemblies(),
        static name => name.Name is "Parquet" or "Sylvan.Data.Csv" or "Microsoft.Data.Analysis");

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_Logging_knows_terminals(string project) => Assert.DoesNotContain(
        project is "DeepSharp" or "Logging" ? [] : Assembly.Load($"DeepSharp.{project}").GetReferencedAssemblies(),
        static name => name.Name!.StartsWith("Spectre.Console", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_Logging_and_Exchange_know_protocol_buffers(string project) => Assert.DoesNotContain(
        project is "DeepSharp" or "Logging" or "Exchange" ? [] : Assembly.Load($"DeepSharp.{project}").GetReferencedAssemblies(),
        static name => name.Name is "OnnxSharp" or "Google.Protobuf");

    [Fact]
    public void Public_types_of_the_kernels_show_nothing_of_ILGPU()
    {
        IEnumerable<string> shown = Assembly.Load("DeepSharp.Kernels").GetExportedTypes()
            .SelectMany(static type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .SelectMany(static member => member switch
            {
                MethodInfo method => method.GetParameters().Select(static p => p.ParameterType).Append(method.ReturnType),
                ConstructorInfo constructor => constructor.GetParameters().Select(static p => p.ParameterType),
                PropertyInfo property => [property.PropertyType],
                FieldInfo field => [field.FieldType],
                _ => [],
            })
            .Where(static type => type.Namespace is { } space && (space == "ILGPU" || space.StartsWith("ILGPU.", StringComparison.Ordinal)))
            .Select(static type => type.FullName!);
        Assert.Empty(shown);
    }

    [Fact]
    public void A_file_holds_one_public_type_of_its_own_name()
    {
        List<string> wrong = [];
        string operators = Path.Combine(SourceFolder, "Kernels", "Operators");
        string activations = Path.Combine(SourceFolder, "Layers", "Activations", "Elementwise.cs");
        string pooling = Path.Combine(SourceFolder, "Layers", "Pooling");
        foreach (string file in Sources())
        {
            // Small operators that belong together share one, and so do their layers, and layers that differ in the number of axes alone.
            if (file.StartsWith(operators, StringComparison.Ordinal) || file.StartsWith(pooling, StringComparison.Ordinal) || file == activations)
            {
                continue;
            }

            string[] types = [.. PublicType().Matches(File.ReadAllText(file)).Select(static match => match.Groups["name"].Value)];
            // A generic type stands beside the plain one of its name: Name{T}.cs.
            string name = Path.GetFileName(file).Split('.', '{')[0];
            if (types.Length > 1 || (types.Length == 1 && types[0] != name))
            {
                wrong.Add($"{Path.GetFileName(file)}: {string.Join(", ", types)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_file_is_longer_than_five_hundred_lines() =>
        Assert.Empty(Sources().Where(static file => File.ReadLines(file).Count() > 500).Select(Path.GetFileName));

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(SourceFolder, "*.cs", SearchOption.AllDirectories)
        .Where(static path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !path.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static HashSet<string> Below(string project) =>
        [.. s_allowed[project].SelectMany(static lower => Below(lower).Append(lower))];

    [GeneratedRegex(
        @"^public\s+(?:(?:static|sealed|abstract|readonly|ref|partial|unsafe)\s+)*"
        + @"(?:class|struct|interface|enum|record(?:\s+(?:struct|class))?)\s+(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex PublicType();
}

using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using DeepSharp.Charts;
using DeepSharp.Images;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Tables;
using DeepSharp.Training;

namespace DeepSharp.Tests;

/// <summary>What the pages name exists: members, headings, files; and what exists of some kinds is on its page.</summary>
public partial class PageTests
{
    private static readonly Type[] s_types =
        [.. new[]
            {
                typeof(Device), typeof(Tensor), typeof(Grad), typeof(Sequential), typeof(Optimizer), typeof(Data.Dataset), typeof(Persistence.SafeTensors),
                typeof(History), typeof(Plots), typeof(Table), typeof(ImageFolder), typeof(Exchange.OnnxExporter), typeof(Logging.ProgressBar),
            }
            .SelectMany(static type => type.Assembly.GetExportedTypes())];

    public static TheoryData<string> Optimizers => [.. Concrete(typeof(Optimizer))];

    public static TheoryData<string> Schedules => [.. Concrete(typeof(LearningRateSchedule)), nameof(ReduceOnPlateau)];

    [Theory]
    [InlineData("from-pytorch.md", 100)]
    [InlineData("from-keras.md", 80)]
    [InlineData("from-torchsharp.md", 60)]
    public void Names_on_the_right_of_the_tables_exist(string page, int least)
    {
        HashSet<string> types = [.. s_types.Select(Name)];
        HashSet<string> members = [.. s_types.SelectMany(Members).Select(static member => Name(member))];
        HashSet<string> parameters =
            [.. s_types.SelectMany(Members).OfType<MethodBase>().SelectMany(static method => method.GetParameters()).Select(static parameter => parameter.Name!)];
        int names = 0;
        StringBuilder unknown = new();
        foreach (string line in File.ReadLines(Path.Combine(ReadmeTests.Root, "docs", page)).Where(static line => line.StartsWith('|')))
        {
            foreach (Match code in Code().Matches(line[(line.LastIndexOf(" | ", StringComparison.Ordinal) + 2)..]))
            {
                foreach (Match name in Identifier().Matches(code.Groups["code"].Value))
                {
                    string word = name.Groups["name"].Value;
                    bool known = name.Groups["argument"].Success
                        ? parameters.Contains(word)
                        : name.Groups["owner"].Success
                            ? s_types.Any(type => Name(type) == name.Groups["owner"].Value && IsMember(type, word))
                            : types.Contains(word) || members.Contains(word);
                    names++;
                    unknown.Append(known ? string.Empty : $"{code.Groups["code"].Value}: {name.Value}\n");
                }
            }
        }

        Assert.Equal(string.Empty, unknown.ToString());
        Assert.True(names >= least, $"{names} names were found.");
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Optimizers_have_a_formula_a_source_and_a_line_of_code(string name)
    {
        string page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "optimizers.md"));
        int start = page.IndexOf($"\n### `{name}`\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/optimizers.md has no heading for {name}.");
        int end = page.IndexOf("\n##", start + 4, StringComparison.Ordinal);
        string section = page[start..(end < 0 ? page.Length : end)];
        Assert.Contains("$$", section, StringComparison.Ordinal);
        Assert.Matches(@"(1[89]|20)\d\d", section);
        Assert.Matches(@"```csharp\n[^`]*\b" + name + @"\b", section);
    }

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Schedules_have_a_line_on_their_page(string name)
    {
        string page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "schedules.md"));
        Assert.Matches("`(new )?" + name + @"\b", page);
    }

    [Fact]
    public void Links_of_the_pages_lead_somewhere()
    {
        StringBuilder broken = new();
        string[] pages =
            [.. Directory.EnumerateFiles(ReadmeTests.Root, "*.md"), .. Directory.EnumerateFiles(Path.Combine(ReadmeTests.Root, "docs"), "*.md")];
        int links = 0;
        foreach (string page in pages)
        {
            foreach (Match link in Link().Matches(Fence().Replace(File.ReadAllText(page), string.Empty)))
            {
                string[] parts = link.Groups["target"].Value.Split('#');
                string target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0]));
                bool leads = File.Exists(target) || (Directory.Exists(target) && parts.Length == 1);
                leads &= parts.Length == 1 || Headings(target).Contains(parts[1]);
                links++;
                broken.Append(leads ? string.Empty : $"{Path.GetRelativePath(ReadmeTests.Root, page)}: {link.Groups["target"].Value}\n");
            }
        }

        Assert.Equal(string.Empty, broken.ToString());
        Assert.True(links > 100, $"{links} links were found.");
    }

    [Fact]
    public void Every_page_stands_in_the_table_of_contents()
    {
        string contents = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "toc.yml"));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(ReadmeTests.Root, "docs"), "*.md").Select(Path.GetFileName),
            page => Assert.Contains($"href: {page}", contents, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Concrete(Type root) =>
        s_types.Where(type => type.IsSubclassOf(root) && !type.IsAbstract).Select(static type => type.Name).Order(StringComparer.Ordinal);

    // Extension members, too: static methods of the classes that declare them.
    private static bool IsMember(Type type, string name) => Members(type).Any(member => Name(member) == name)
        || s_types.Where(static holder => holder is { IsAbstract: true, IsSealed: true }).SelectMany(Members).Any(member => Name(member) == name);

    private static IEnumerable<MemberInfo> Members(Type type) => type
        .GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
        .Where(static member => member is not MethodBase { IsPublic: false, IsFamily: false, IsFamilyOrAssembly: false });

    private static string Name(MemberInfo member) => member.Name.StartsWith("get_", StringComparison.Ordinal) ? member.Name[4..] : member.Name.Split('`')[0];

    // As GitHub makes them of headings.
    private static HashSet<string> Headings(string page) =>
        [.. Heading().Matches(Fence().Replace(File.ReadAllText(page), string.Empty))
            .Select(static heading => string.Concat(heading.Groups["text"].Value.Trim().ToLowerInvariant()
                .Where(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or ' ')).Replace(' ', '-'))];

    [GeneratedRegex("`(?<code>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w.""])(?:(?:(?<owner>[A-Z]\w*)\.)?(?<name>[A-Z]\w*)|(?<name>[a-z]\w*)(?<argument>:))")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\]\((?<target>(?!https?:|mailto:)[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]+`(?=\])|\$\$.*?\$\$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}

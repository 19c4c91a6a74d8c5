using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace DeepSharp.Tests;

/// <summary>The page of defaults names arguments that there are, with the defaults they have.</summary>
public partial class DefaultsTests
{
    private static readonly Type[] s_types = [.. new[] { "Autograd", "Layers", "Optim", "Data", "Training" }
        .SelectMany(static project => Assembly.Load($"DeepSharp.{project}").GetExportedTypes())];

    public static TheoryData<string, string> Rows
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (Match row in Row().Matches(File.ReadAllText(Path.Combine(ArchitectureTests.SourceFolder, "..", "docs", "defaults.md"))))
            {
                rows.Add(row.Groups["name"].Value, row.Groups["value"].Value);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_default_of_the_page_is_that_of_the_code(string name, string value)
    {
        // Type.argument is one of a constructor; Type.Method.argument may be of an extension, which stands in another type.
        string[] words = name.Split('.');
        IEnumerable<MethodBase> candidates = words.Length == 2
            ? s_types.Where(type => type.Name == words[0]).SelectMany(static type => type.GetConstructors())
            : s_types.SelectMany(static type => type.GetMethods()).Where(method => method.Name == words[1]);
        ParameterInfo[] arguments = [.. candidates.SelectMany(static method => method.GetParameters()).Where(p => p.Name == words[^1] && p.HasDefaultValue)];
        Assert.NotEmpty(arguments);
        Assert.All(arguments, argument => Assert.True(IsSame(argument, value), $"{name} is {argument.DefaultValue ?? "null"}, not {value}"));
    }

    [Fact]
    public void The_page_has_a_table_for_each_part() => Assert.True(Rows.Count > 50);

    private static bool IsSame(ParameterInfo argument, string value) => argument.DefaultValue switch
    {
        null => value == "none",
        bool given => value == (given ? "true" : "false"),
        string given => value == given,
        object when argument.ParameterType.IsEnum => value == Enum.ToObject(argument.ParameterType, argument.DefaultValue).ToString(),
        object given => double.Parse(value, CultureInfo.InvariantCulture) == Convert.ToDouble(given, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^\| `(?<name>[\w.]+)` \| (?<value>[^ |]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}

using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace DeepSharp.Tests;

/// <summary>The C# of a page of Markdown as a program: what a reader gets who copies one block after another.</summary>
/// <remarks>
/// A block sees the variables of those before it and may declare them anew, so each becomes a local function in the one before. Types and
/// <c>using</c> directives stand outside. A block with <c>#:</c> directives is a file of its own (<c>dotnet run app.cs</c>), and so a
/// program of its own. Lines keep their numbers, so that an error names the line of the page.
/// </remarks>
internal static partial class MarkdownProgram
{
    // What the project templates of the SDK import.
    private static readonly string[] s_implicit =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Threading", "System.Threading.Tasks"];

    /// <summary>The programs of a page: that of its blocks together, and those that are files of their own.</summary>
    internal static IEnumerable<string> Of(string page)
    {
        string text = File.ReadAllText(page);
        StringBuilder usings = new();
        StringBuilder types = new();
        StringBuilder body = new();
        int blocks = 0;
        foreach (Match block in Block().Matches(text))
        {
            int line = text.AsSpan(0, block.Groups["code"].Index).Count('\n') + 1;
            if (block.Groups["code"].Value.Contains("#:", StringComparison.Ordinal))
            {
                yield return Alone(block.Groups["code"].Value, page, line);
                continue;
            }

            body.Append($"void Block{++blocks}()\n{{\n");
            Divide(block.Groups["code"].Value, page, line, usings, types, body);
        }

        if (blocks > 0)
        {
            // Innermost first: each block calls the next when it is done.
            for (int i = blocks; i > 0; i--)
            {
                body.Append($"}}\nBlock{i}();\n");
            }

            yield return $"{Implicit()}{usings}#line hidden\n{body}{types}";
        }
    }

    /// <summary>The first block of output (<c>```output</c>) on a page whose lines are not among those printed, in the order of the page; empty if
    /// there is none.</summary>
    internal static string FirstUnprinted(string page, string printed)
    {
        string[] lines = Lines(printed);
        int from = 0;
        foreach (Match block in Output().Matches(File.ReadAllText(page)))
        {
            string[] wanted = Lines(block.Groups["text"].Value.TrimEnd());
            int at = Enumerable.Range(from, Math.Max(0, lines.Length - from - wanted.Length + 1))
                .FirstOrDefault(start => lines.AsSpan(start, wanted.Length).SequenceEqual(wanted), -1);
            if (at < 0)
            {
                return $"{block.Groups["text"].Value}is not what was printed:\n{string.Join('\n', lines[from..])}";
            }

            from = at + wanted.Length;
        }

        return string.Empty;
    }

    /// <summary>Compiles a program with the SDK's compiler.</summary>
    /// <returns>The compiler's messages; none if all is well.</returns>
    internal static string Compile(string program, string assembly)
    {
        string source = Path.ChangeExtension(assembly, ".cs");
        File.WriteAllText(source, program);
        IEnumerable<string> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => !Path.GetFileName(path).Contains(".Tests", StringComparison.Ordinal)).Select(static path => $"-r:\"{path}\"");
        string arguments = Path.ChangeExtension(assembly, ".rsp");
        File.WriteAllLines(
            arguments,
            [.. references, "-nologo", "-nostdlib", "-langversion:14", "-nullable:enable", "-optimize", "-warn:0", $"-out:\"{assembly}\"", $"\"{source}\""]);
        // By a compiler that waits for the next page, since starting one takes longer than compiling.
        ProcessStartInfo start = new("dotnet", [Metadata("Compiler"), "-noconfig", "-shared:deepsharp-pages", "-keepalive:20", $"@{arguments}"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    // A file-based program's directives are for the SDK; top-level statements stand as they are.
    private static string Alone(string code, string page, int line) =>
        $"{Implicit()}#line {line} \"{page}\"\n{Directive().Replace(code, string.Empty)}";

    private static void Divide(string code, string page, int line, StringBuilder usings, StringBuilder types, StringBuilder body)
    {
        StringBuilder? type = null;
        foreach (string text in code.Split('\n'))
        {
            bool begins = type is null && TypeDeclaration().IsMatch(text);
            type = begins ? types : type;
            StringBuilder place = type ?? (UsingDirective().IsMatch(text) ? usings : body);
            place.Append($"#line {line++} \"{page}\"\n{text}\n");
            if (type is not null && (text == "}" || (begins && text.EndsWith(';'))))
            {
                type = null;
            }
        }
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(static line => line.TrimEnd())];

    private static string Implicit() => string.Concat(s_implicit.Select(static name => $"global using {name};\n"));

    private static string Metadata(string key) => typeof(MarkdownProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == key).Value!;

    [GeneratedRegex(@"^```(?:csharp|cs|c#)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^```output\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Output();

    [GeneratedRegex(@"^#[:!].*$", RegexOptions.Multiline)]
    private static partial Regex Directive();

    [GeneratedRegex(@"^using (?:static )?[\w.]+;$")]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|abstract|static|readonly|ref|partial|unsafe)\s+)*(?:class|struct|record|enum|interface)\s")]
    private static partial Regex TypeDeclaration();
}

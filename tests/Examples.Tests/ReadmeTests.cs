using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;

namespace DeepSharp.Tests;

/// <summary>The C# on the pages of the project compiles as printed, runs, and prints what the page says it does.</summary>
public class ReadmeTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md"))
            .Where(static page => MarkdownProgram.Of(page).Any()).Select(static page => Path.GetRelativePath(Root, page))];

    internal static string Root => Path.GetFullPath(typeof(ReadmeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(static attribute => attribute.Key == "RepositoryFolder").Value!);

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_compiles_as_printed_and_runs(string page)
    {
        using TemporaryFolder folder = new();
        string here = Directory.GetCurrentDirectory();
        TextWriter console = Console.Out;
        Generator numbers = Generator.Default;
        CultureInfo culture = CultureInfo.CurrentCulture;
        Device device = Device.Default;
        using StringWriter printed = new(CultureInfo.InvariantCulture);
        try
        {
            // A folder with the files that the pages name, of fewer images.
            Digits(folder["examples/data/mnist"]);
            Directory.SetCurrentDirectory(folder["."]);
            Console.SetOut(printed);
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Generator.Default = new Generator();
            int count = 0;
            foreach (string program in MarkdownProgram.Of(Path.Combine(Root, page)))
            {
                string assembly = folder[$"{Path.GetFileNameWithoutExtension(page)}{++count}.dll"];
                string messages = MarkdownProgram.Compile(program, assembly);
                Assert.True(messages.Length == 0, messages);
                MethodInfo main = Assembly.Load(File.ReadAllBytes(assembly)).EntryPoint!;
                main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
            }

            string unprinted = MarkdownProgram.FirstUnprinted(Path.Combine(Root, page), printed.ToString());
            Assert.True(unprinted.Length == 0, unprinted);
        }
        finally
        {
            Directory.SetCurrentDirectory(here);
            Console.SetOut(console);
            CultureInfo.CurrentCulture = culture;
            Generator.Default = numbers;
            Device.Default = device;
        }
    }

    [Fact]
    public void The_README_has_blocks() => Assert.Contains("README.md", Pages.Select<object[], string>(static row => (string)row[0]));

    private static void Digits(string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "mnist"), "*.gz"))
        {
            bool images = file.Contains("images", StringComparison.Ordinal);
            const int Count = 600;
            byte[] bytes = new byte[images ? 16 + (Count * 784) : 8 + Count];
            using (GZipStream packed = new(File.OpenRead(file), CompressionMode.Decompress))
            {
                packed.ReadExactly(bytes);
            }

            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), Count);
            File.WriteAllBytes(Path.Combine(target, Path.GetFileNameWithoutExtension(file)), bytes);
        }
    }
}

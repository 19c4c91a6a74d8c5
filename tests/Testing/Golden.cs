using System.Collections.Concurrent;
using System.Text.Json;

namespace DeepSharp.Testing;

/// <summary>
/// A golden file: cases that PyTorch worked out, as plain arrays. The files, what each case holds and how to make them again are
/// described in tests/golden/README.md.
/// </summary>
public sealed class Golden
{
    private static readonly ConcurrentDictionary<string, Lazy<Golden>> Loaded = new();

    private readonly Dictionary<string, GoldenCase> _byName;

    private Golden(string family, JsonElement root)
    {
        Family = family;
        TorchVersion = root.GetProperty("torch").GetString()!;
        Cases = [.. root.GetProperty("cases").EnumerateArray().Select(static element => new GoldenCase(element))];
        _byName = Cases.ToDictionary(static item => item.Name);
    }

    /// <summary>The name of the file without its extension, such as <c>losses</c>.</summary>
    public string Family { get; }

    /// <summary>The PyTorch that made the file.</summary>
    public string TorchVersion { get; }

    /// <summary>All cases in the order of the file.</summary>
    public IReadOnlyList<GoldenCase> Cases { get; }

    /// <summary>The families there are.</summary>
    public static IReadOnlyList<string> Families =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(static path => Path.GetFileNameWithoutExtension(path)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "golden");

    /// <summary>The case of that full name: kind/name/dtype.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public GoldenCase this[string name] => _byName.TryGetValue(name, out var found)
        ? found
        : throw new KeyNotFoundException($"{Family}.json has no case '{name}'; of kind '{name.Split('/')[0]}' it has: "
            + string.Join("; ", Of(name.Split('/')[0]).Select(static item => item.Name)));

    /// <summary>The file of that family, read once per process.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static Golden Load(string family) =>
        Loaded.GetOrAdd(family, static key => new Lazy<Golden>(() => Read(key))).Value;

    /// <summary>The cases of a kind, all or those of one dtype.</summary>
    public IEnumerable<GoldenCase> Of(string kind, string? dtype = null) =>
        Cases.Where(item => item.Kind == kind && (dtype is null || item.DType == dtype));

    /// <summary>
    /// The names of a family's cases as rows of theory data: all kinds, or the given ones. Names, not cases, so that a test runner
    /// can list each row; get the case back with <c>Golden.Load(family)[name]</c>.
    /// </summary>
    /// <exception cref="ArgumentException">A kind has no case: a test of it would pass without testing anything.</exception>
    public static IEnumerable<object[]> Names(string family, params string[] kinds)
    {
        var golden = Load(family);
        foreach (var kind in kinds)
        {
            if (!golden.Of(kind).Any())
                throw new ArgumentException($"{family}.json has no case of kind '{kind}'.", nameof(kinds));
        }

        var wanted = golden.Cases.Where(item => kinds.Length == 0 || kinds.Contains(item.Kind));
        return [.. wanted.Select(static item => new object[] { item.Name })];
    }

    private static Golden Read(string family)
    {
        var path = Path.Combine(Folder, family + ".json");
        if (!File.Exists(path))
            throw new FileNotFoundException($"No golden family '{family}' in {Folder}; there are: {string.Join(", ", Families)}.", path);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return new Golden(family, document.RootElement);
    }
}

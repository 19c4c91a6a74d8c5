using System.Text.Json;

namespace DeepSharp.Testing;

/// <summary>The arrays of one group of a case, by name, in the order of the file.</summary>
public sealed class GoldenArrays
{
    private readonly string _label;
    private readonly List<GoldenArray> _arrays = [];

    internal GoldenArrays(string label, JsonElement element)
    {
        _label = label;
        foreach (var member in element.EnumerateObject())
            _arrays.Add(new GoldenArray($"{label} {member.Name}", member.Name, member.Value));
    }

    /// <summary>The arrays in the order of the file.</summary>
    public IReadOnlyList<GoldenArray> All => _arrays;

    /// <summary>The array of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public GoldenArray this[string name] => _arrays.Find(array => array.Name == name)
        ?? throw new KeyNotFoundException(
            $"{_label} has no '{name}'; it has: {string.Join(", ", _arrays.Select(static array => array.Name))}.");

    /// <summary>Whether there is an array of that name.</summary>
    public bool Contains(string name) => _arrays.Exists(array => array.Name == name);
}

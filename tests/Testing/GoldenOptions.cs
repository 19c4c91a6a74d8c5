using System.Text.Json;

namespace DeepSharp.Testing;

/// <summary>
/// The options of a golden case, under PyTorch's names. Every getter throws when the option is missing or of another type, unless a
/// fallback is given for a missing one; an option that PyTorch left at None is null here.
/// </summary>
public sealed class GoldenOptions
{
    private readonly string _case;
    private readonly JsonElement _element;

    internal GoldenOptions(string caseName, JsonElement element)
    {
        _case = caseName;
        _element = element.Clone();
    }

    /// <summary>The names of the options.</summary>
    public IReadOnlyList<string> Names => [.. _element.EnumerateObject().Select(static member => member.Name)];

    /// <summary>Whether the option is there; it may be null.</summary>
    public bool Contains(string name) => _element.TryGetProperty(name, out _);

    /// <summary>Whether the option is there and null.</summary>
    public bool IsNull(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A number.</summary>
    public double Number(string name) => Get(name, JsonValueKind.Number).GetDouble();

    /// <summary>A number, or the fallback if the option is missing or null.</summary>
    public double Number(string name, double fallback) => Missing(name) ? fallback : Number(name);

    /// <summary>A whole number.</summary>
    public int Integer(string name) => Get(name, JsonValueKind.Number).GetInt32();

    /// <summary>A whole number, or the fallback if the option is missing or null.</summary>
    public int Integer(string name, int fallback) => Missing(name) ? fallback : Integer(name);

    /// <summary>True or false.</summary>
    public bool Flag(string name) => Get(name, JsonValueKind.True, JsonValueKind.False).GetBoolean();

    /// <summary>True or false, or the fallback if the option is missing or null.</summary>
    public bool Flag(string name, bool fallback) => Missing(name) ? fallback : Flag(name);

    /// <summary>A text.</summary>
    public string Text(string name) => Get(name, JsonValueKind.String).GetString()!;

    /// <summary>A text, or the fallback if the option is missing or null.</summary>
    public string Text(string name, string fallback) => Missing(name) ? fallback : Text(name);

    /// <summary>A list of numbers.</summary>
    public double[] Numbers(string name) => [.. Get(name, JsonValueKind.Array).EnumerateArray().Select(static item => item.GetDouble())];

    /// <summary>A list of whole numbers.</summary>
    public int[] Integers(string name) => [.. Get(name, JsonValueKind.Array).EnumerateArray().Select(static item => item.GetInt32())];

    /// <summary>A whole number or a list of them, as a list; the fallback if the option is missing or null.</summary>
    public int[] Integers(string name, int fallback) =>
        Missing(name) ? [fallback] : _element.GetProperty(name).ValueKind == JsonValueKind.Number ? [Integer(name)] : Integers(name);

    /// <summary>Whether the option is there and a text.</summary>
    public bool IsText(string name) => _element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>An option that has options itself, such as those of a parameter group.</summary>
    public GoldenOptions Nested(string name) => new(_case, Get(name, JsonValueKind.Object));

    /// <summary>A list of such options, such as the schedules of a sequence.</summary>
    public IReadOnlyList<GoldenOptions> NestedList(string name) =>
        [.. Get(name, JsonValueKind.Array).EnumerateArray().Select(item => new GoldenOptions(_case, item))];

    private bool Missing(string name) => !Contains(name) || IsNull(name);

    private JsonElement Get(string name, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!_element.TryGetProperty(name, out var value))
            throw new KeyNotFoundException($"{_case} has no option '{name}'; it has: {string.Join(", ", Names)}.");
        return kinds.Contains(value.ValueKind)
            ? value
            : throw new InvalidOperationException(
                $"{_case}: option '{name}' is {value.ValueKind}, not {string.Join(" or ", kinds.ToArray())}.");
    }
}

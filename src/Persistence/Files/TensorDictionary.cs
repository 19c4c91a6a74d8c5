using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace DeepSharp.Persistence;

/// <summary>The tensors of a file by name, and what else the file holds.</summary>
/// <remarks>
/// What no tensor can hold, such as strings or 16-bit integers, does not keep the others from being read. It is no key here; whoever asks
/// for it is told why.
/// </remarks>
public sealed class TensorDictionary : IReadOnlyDictionary<string, Tensor>
{
    private const int Shown = 20;

    private readonly string _path;
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly Dictionary<string, string> _skipped = [];

    internal TensorDictionary(string path) => _path = path;

    /// <summary>What a reader of another format has found.</summary>
    /// <param name="path">The file, as messages name it.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="skipped">What became no tensor: the name, and what it is, such as <c>U16, not Int32</c>.</param>
    public TensorDictionary(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>> skipped)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(skipped);
        _path = path;
        _tensors = new(tensors);
        _skipped = new(skipped);
    }

    /// <summary>What became no tensor: the name, and what it holds.</summary>
    public IReadOnlyDictionary<string, string> Skipped => _skipped;

    /// <inheritdoc/>
    public int Count => _tensors.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _tensors.Keys;

    /// <inheritdoc/>
    public IEnumerable<Tensor> Values => _tensors.Values;

    /// <summary>The tensor of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message says what there is.</exception>
    public Tensor this[string key] => _tensors.TryGetValue(key, out Tensor? tensor)
        ? tensor
        : throw new KeyNotFoundException(_skipped.TryGetValue(key, out string? why)
            ? $"{_path}: '{key}' is no tensor. It is {why}."
            : NoSuch(_path, key, _tensors.Keys));

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Tensor value) => _tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static string NoSuch(string path, string name, IEnumerable<string> names)
    {
        string[] some = [.. names.Take(Shown + 1)];
        string text = some.Length > Shown ? string.Join(", ", some.Take(Shown)) + ", …" : some.Length > 0 ? string.Join(", ", some) : "none";
        return $"{path} has no tensor '{name}'; it has: {text}.";
    }

    /// <summary>Whether the name has come before.</summary>
    internal bool Has(string name) => _tensors.ContainsKey(name) || _skipped.ContainsKey(name);

    internal void Add(string name, Tensor tensor) => _tensors.Add(name, tensor);

    internal void Skip(string name, string why) => _skipped.Add(name, why);

    /// <summary>Frees all tensors, since something went wrong.</summary>
    internal void Discard()
    {
        foreach (Tensor tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}

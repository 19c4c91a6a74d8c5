namespace DeepSharp.Exchange;

/// <summary>A dictionary of a pickle, in its order. Keys are texts: a number is the text of it.</summary>
internal sealed class PickleDictionary
{
    private Dictionary<string, int>? _places;

    // Small: a pickle may be full of empty ones.
    private List<(string Key, object? Value)>? _entries;

    internal int Count => _entries?.Count ?? 0;

    internal IReadOnlyList<(string Key, object? Value)> Entries => _entries ?? (IReadOnlyList<(string Key, object? Value)>)[];

    internal void Set(string key, object? value)
    {
        _places ??= [];
        _entries ??= [];
        if (_places.TryGetValue(key, out int place))
        {
            _entries[place] = (key, value);
            return;
        }

        _places.Add(key, _entries.Count);
        _entries.Add((key, value));
    }

    internal object? Get(string key) => _places is not null && _places.TryGetValue(key, out int place) ? _entries![place].Value : null;
}

namespace DeepSharp.Exchange;

/// <summary>The tensors within containers, by names that are joined with dots, and what else stands there.</summary>
internal sealed class TorchNames(TorchArchive archive)
{
    private const int MaxDepth = 100;

    // Containers that stand in several places could be walked for ever by a small file.
    private long _left = 1000 + archive.PickleLength;
    private long _characters = 100_000 + (64 * archive.PickleLength);
    private readonly HashSet<string> _seen = [];

    internal List<(string Name, TorchTensor Value)> Tensors { get; } = [];

    internal Dictionary<string, string> Others { get; } = [];

    internal void Add(string name, object? value, int depth = 0)
    {
        if (depth > MaxDepth || --_left < 0 || (_characters -= name.Length) < 0)
        {
            throw archive.Bad(
                $"containers in one another at most {MaxDepth} deep, with no more in them than the pickle has bytes", $"more, at '{Unpickler.Short(name)}'");
        }

        switch (value)
        {
            case TorchTensor tensor:
                string own = name.Length == 0 ? "tensor" : name;
                RequireNew(own);
                Tensors.Add((own, tensor));
                break;
            case PickleDictionary dictionary:
                foreach ((string key, object? item) in dictionary.Entries)
                {
                    Add(Join(name, key), item, depth + 1);
                }

                break;
            case List<object?> list:
                AddAll(name, list, depth);
                break;
            case PickleTuple tuple:
                AddAll(name, tuple.Items, depth);
                break;
            default:
                RequireNew(name);
                Others.Add(name, About(value));
                break;
        }
    }

    private void AddAll(string name, IReadOnlyList<object?> items, int depth)
    {
        for (int i = 0; i < items.Count; i++)
        {
            Add(Join(name, $"{i}"), items[i], depth + 1);
        }
    }

    private void RequireNew(string name)
    {
        if (!_seen.Add(name))
        {
            throw archive.Bad("every name once when dictionaries are joined with dots", $"'{Unpickler.Short(name)}' again: take one of them with at:");
        }
    }

    private static string Join(string name, string key) => name.Length == 0 ? key : $"{name}.{key}";

    private static string About(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        long number => $"the number {number}",
        double number => $"the number {number}",
        string text => $"the text '{Unpickler.Short(text)}'",
        PickleSet set => $"a set of {set.Count}",
        PickleGlobal global => global.Name,
        PickleText text => text.Text,
        TorchStorage => "a storage without a tensor",
        _ => "another value",
    };
}

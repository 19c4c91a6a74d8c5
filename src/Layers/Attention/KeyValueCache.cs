namespace DeepSharp.Layers;

/// <summary>
/// The keys and values of what a model has seen, so that text is made token by token without looking at all of it again: one for all the
/// attentions of a model.
/// </summary>
/// <remarks>
/// Give it with each new piece of the sequence, one token or several, to the model's <c>Forward</c>: each attention adds the keys and
/// values of the piece to its own and looks at all of them, causally. Open a <see cref="NoGrad"/>: no gradient flows into the past.
/// </remarks>
public sealed class KeyValueCache : IDisposable
{
    private readonly Dictionary<Module, Entry> _entries = [];

    /// <summary>The positions seen so far.</summary>
    public int Length => _entries.Count == 0 ? 0 : _entries.Values.Max(static entry => entry.Length);

    /// <summary>Forgets everything and gives the memory back.</summary>
    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
        {
            entry.Keys.Dispose();
            entry.Values.Dispose();
        }

        _entries.Clear();
    }

    /// <summary>The positions that an attention has seen.</summary>
    internal int LengthOf(Module attention) => _entries.TryGetValue(attention, out Entry? entry) ? entry.Length : 0;

    /// <summary>Adds a piece, [batch, heads, positions, features], and returns all.</summary>
    internal (Tensor Keys, Tensor Values) Append(Module attention, Tensor keys, Tensor values)
    {
        if (keys.RequiresGrad || values.RequiresGrad)
        {
            throw new InvalidOperationException(
                $"{attention.GetType().Name}: a KeyValueCache keeps no graph, and gradients are recorded. Open a NoGrad around the generation.");
        }

        int added = keys.Shape[2];
        if (!_entries.TryGetValue(attention, out Entry? entry))
        {
            _entries.Add(attention, entry = new Entry(Room(keys, 2 * added), Room(values, 2 * added)));
        }

        if (keys.Shape[0] != entry.Keys.Shape[0] || keys.DType != entry.Keys.DType || !ReferenceEquals(keys.Device, entry.Keys.Device))
        {
            throw new ArgumentException(
                $"{attention.GetType().Name}: the cache holds {entry.Keys.Shape[0]} sequences of {entry.Keys.DType} on {entry.Keys.Device}, and the piece has "
                + $"{keys.Shape[0]} of {keys.DType} on {keys.Device}. Use a cache for each generation.");
        }

        int length = entry.Length + added;
        if (length > entry.Keys.Shape[2])
        {
            entry = new Entry(Grown(entry.Keys, entry.Length, 2 * length), Grown(entry.Values, entry.Length, 2 * length)) { Length = entry.Length };
            _entries[attention] = entry;
        }

        entry.Keys.Narrow(2, entry.Length, added).CopyFrom(keys);
        entry.Values.Narrow(2, entry.Length, added).CopyFrom(values);
        entry.Length = length;
        return (entry.Keys.Narrow(2, 0, length), entry.Values.Narrow(2, 0, length));
    }

    private static Tensor Room(Tensor like, int positions) =>
        Tensor.Zeros([like.Shape[0], like.Shape[1], Math.Max(16, positions), like.Shape[3]], like.DType, like.Device).KeepForever();

    private static Tensor Grown(Tensor old, int length, int positions)
    {
        Tensor room = Room(old, positions);
        room.Narrow(2, 0, length).CopyFrom(old.Narrow(2, 0, length));
        old.Dispose();
        return room;
    }

    private sealed record Entry(Tensor Keys, Tensor Values)
    {
        internal int Length { get; set; }
    }
}

using DeepSharp.Layers;

namespace DeepSharp.Training;

/// <summary>A copy of a network's parameters and buffers, which belongs to no scope.</summary>
internal sealed class ModuleSnapshot : IDisposable
{
    private readonly Dictionary<string, Tensor> _values = [];

    /// <summary>Copies the values, over those of the last time.</summary>
    internal void Take(Module model)
    {
        using NoGrad noGrad = new();
        foreach ((string name, Tensor value) in model.State())
        {
            if (_values.TryGetValue(name, out Tensor? kept))
            {
                kept.CopyFrom(value);
            }
            else
            {
                _values.Add(name, value.Detach().Clone().KeepForever());
            }
        }
    }

    /// <summary>The values, by name; none before the first time.</summary>
    internal IReadOnlyDictionary<string, Tensor> Values => _values;

    /// <summary>Copies other values instead of those of the last time.</summary>
    internal void Set(IEnumerable<KeyValuePair<string, Tensor>> values)
    {
        Dispose();
        foreach ((string name, Tensor value) in values)
        {
            _values.Add(name, value.Clone().KeepForever());
        }
    }

    /// <summary>Puts the values back, if there are any.</summary>
    internal void Restore(Module model)
    {
        if (_values.Count > 0)
        {
            model.LoadState(_values);
        }
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _values.Values)
        {
            tensor.Dispose();
        }

        _values.Clear();
    }
}

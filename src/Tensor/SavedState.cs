using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>What all that loads a saved state has in common: everything is checked before anything is copied.</summary>
internal static class SavedState
{
    // The largest number up to which a double tells all whole numbers apart.
    private const double LargestCount = 9007199254740992;

    /// <summary>What is wrong with a value for a tensor of some shape, or for a number if that is null; null if nothing.</summary>
    internal static string? Fault(string name, Shape? shape, Tensor? value) =>
        value is null ? $"{name} is null"
        : value.IsDisposed ? $"{name} has been freed"
        : shape is null ? value.Count == 1 ? null : $"{name} has the shape {value.Shape}, not one number"
        : value.Shape != shape ? $"{name} is {shape} here and {value.Shape} there"
        : null;

    /// <summary>What is wrong with a state that must have exactly these names, with values of these shapes, null for numbers.</summary>
    internal static List<string> Faults(IEnumerable<(string Name, Shape? Shape)> wanted, IReadOnlyDictionary<string, Tensor> state)
    {
        List<string> faults = [];
        HashSet<string> known = [];
        foreach ((string name, Shape? shape) in wanted)
        {
            known.Add(name);
            if ((state.TryGetValue(name, out Tensor? value) ? Fault(name, shape, value) : $"{name} is missing") is { } fault)
            {
                faults.Add(fault);
            }
        }

        faults.AddRange(state.Keys.Where(name => !known.Contains(name)).Select(static name => $"{name} is unknown"));
        return faults;
    }

    /// <summary>Whether a number can be a count: whole, not negative, and no larger than what a double tells apart.</summary>
    internal static bool IsCount(double value) => value is >= 0 and <= LargestCount && value == Math.Truncate(value);

    /// <summary>
    /// Overwrites tensors with saved values, which are converted to their type and device. Values that share memory with what is overwritten,
    /// as when two layers are exchanged, are read first.
    /// </summary>
    internal static void Copy(IReadOnlyList<(Tensor To, Tensor From)> values)
    {
        using TensorScope scope = Tensor.Scope();
        HashSet<Block> overwritten = [.. values.Select(static pair => pair.To.Storage.Block)];
        Tensor[] read = [.. values.Select(pair =>
            !ReferenceEquals(pair.To, pair.From) && overwritten.Contains(pair.From.Storage.Block) ? Plain(pair.From).Clone() : pair.From)];
        for (int i = 0; i < read.Length; i++)
        {
            values[i].To.CopyFrom(read[i]);
        }

        // Without its place in a graph, which the copy would join.
        static Tensor Plain(Tensor tensor) => tensor.Alias(tensor.Shape, tensor.Strides.ToArray(), tensor.Operand.Offset, tensor.Origin);
    }
}

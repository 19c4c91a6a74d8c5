namespace DeepSharp.Exchange;

/// <summary>A node with what it reads, while it is computed.</summary>
internal sealed class OnnxStep(OnnxNode node, IReadOnlyDictionary<string, Tensor> values, bool isTraining, int operatorSet)
{
    internal OnnxNode Node => node;

    internal bool IsTraining => isTraining;

    internal int OperatorSet => operatorSet;

    internal int Count => node.Inputs.Count;

    /// <summary>An input.</summary>
    internal Tensor this[int input] => Has(input) ? values[node.Inputs[input]] : throw node.Fault($"its input {input} is missing.");

    internal bool Has(int input) => node.Has(input);

    internal Tensor? Optional(int input) => Has(input) ? this[input] : null;

    /// <summary>The whole numbers of an input.</summary>
    internal int[] Ints(int input) => [.. Longs(this[input]).Select(static value => (int)Math.Clamp(value, int.MinValue, int.MaxValue))];

    /// <summary>The whole numbers of an attribute, or of the input that newer operator sets have in its place.</summary>
    internal int[]? Ints(string attribute, int input) => node.Ints(attribute) ?? (Has(input) ? Ints(input) : null);

    /// <summary>The number of an input or an attribute.</summary>
    internal double Number(int input, string attribute, double otherwise) => Has(input) ? this[input].Item() : node.Float(attribute, otherwise);

    /// <summary>Two inputs on one device and of one type: what says shapes is on the host.</summary>
    internal (Tensor First, Tensor Second) Pair() => Alike(this[0], this[1]);

    internal static (Tensor First, Tensor Second) Alike(Tensor a, Tensor b)
    {
        if (!ReferenceEquals(a.Device, b.Device))
        {
            (a, b) = ReferenceEquals(a.Device, Device.Cpu) ? (a.To(b.Device), b) : (a, b.To(a.Device));
        }

        return (a, b);
    }

    internal static long[] Longs(Tensor tensor) => tensor.DType switch
    {
        DType.Int64 => tensor.ToArray<long>(),
        _ => tensor.To(Device.Cpu).To(DType.Int64).ToArray<long>(),
    };
}

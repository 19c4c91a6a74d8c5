using System.Globalization;
using Onnx;

namespace DeepSharp.Exchange;

/// <summary>A node of a graph that was read: an operator, what it reads and makes, and its attributes.</summary>
internal sealed class OnnxNode
{
    private readonly Dictionary<string, AttributeProto> _attributes = [];
    private readonly string _file;

    internal OnnxNode(NodeProto node, int place, string file)
    {
        _file = file;
        Operator = node.OpType;
        Name = node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault(static name => name.Length > 0) ?? place.ToString(CultureInfo.InvariantCulture);
        Inputs = [.. node.Input];
        Outputs = [.. node.Output];
        foreach (AttributeProto attribute in node.Attribute)
        {
            _attributes[attribute.Name] = attribute;
        }
    }

    internal string Operator { get; }

    internal string Name { get; }

    internal IReadOnlyList<string> Inputs { get; }

    internal IReadOnlyList<string> Outputs { get; }

    /// <summary>The layer of ours that computes the node, where there is one.</summary>
    internal object? Layer { get; set; }

    internal bool Has(string attribute) => _attributes.ContainsKey(attribute);

    internal bool Has(int input) => input < Inputs.Count && Inputs[input].Length > 0;

    internal int Int(string attribute, int otherwise) => _attributes.TryGetValue(attribute, out AttributeProto? found)
        ? Fitting(attribute, found.I) : otherwise;

    internal double Float(string attribute, double otherwise) => _attributes.TryGetValue(attribute, out AttributeProto? found)
        // Written as a float: 0.1f means 0.1.
        ? double.Parse(found.F.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : otherwise;

    internal string Text(string attribute, string otherwise) =>
        _attributes.TryGetValue(attribute, out AttributeProto? found) ? found.S.ToStringUtf8() : otherwise;

    internal int[]? Ints(string attribute) => _attributes.TryGetValue(attribute, out AttributeProto? found)
        ? [.. found.Ints.Select(value => Fitting(attribute, value))] : null;

    internal AttributeProto? Attribute(string attribute) => _attributes.GetValueOrDefault(attribute);

    internal InvalidDataException Fault(string what, Exception? because = null) => new($"{_file}: the node '{Name}' ({Operator}): {what}", because);

    private int Fitting(string attribute, long value) =>
        value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Fault($"its {attribute} is {value}.");
}

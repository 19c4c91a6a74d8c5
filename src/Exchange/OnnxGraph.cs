using System.Globalization;
using DeepSharp.Layers;
using Onnx;
using Kind = Onnx.AttributeProto.Types.AttributeType;

namespace DeepSharp.Exchange;

/// <summary>A graph that is being written: what a writer of a module adds its nodes to.</summary>
public sealed class OnnxGraph
{
    private readonly HashSet<string> _written = [];
    private readonly GraphProto _graph;
    private readonly OnnxExporter _exporter;
    private readonly Dictionary<Tensor, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Tensor, Tensor> _instead = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _taken = [];
    private int _count;

    internal OnnxGraph(GraphProto graph, OnnxExporter exporter, Module model)
    {
        (_graph, _exporter) = (graph, exporter);
        foreach ((string name, Tensor value) in model.State())
        {
            _names.TryAdd(value, name);
            _taken.Add(name);
        }
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="type">The operator's name in ONNX.</param>
    /// <param name="inputs">The names of what it reads; empty ones are left out.</param>
    /// <param name="attributes">Its attributes: an int, a double, a string, a bool, or several ints.</param>
    /// <returns>The name of its output.</returns>
    public string Add(string type, IEnumerable<string> inputs, params ReadOnlySpan<(string Name, object? Value)> attributes) =>
        AddJoint(type, inputs, 1, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <param name="type">The operator's name in ONNX.</param>
    /// <param name="inputs">The names of what it reads; empty ones are left out.</param>
    /// <param name="outputs">How many outputs it has.</param>
    /// <param name="attributes">Its attributes, as in <see cref="Add"/>; those that are null are left out.</param>
    /// <returns>The names of its outputs.</returns>
    public IReadOnlyList<string> AddJoint(string type, IEnumerable<string> inputs, int outputs, params ReadOnlySpan<(string Name, object? Value)> attributes)
    {
        NodeProto node = new() { OpType = type, Name = Free(string.Create(CultureInfo.InvariantCulture, $"{type}_{_count++}")) };
        node.Input.AddRange(inputs);
        node.Output.AddRange(Enumerable.Range(0, outputs).Select(i => Free(i == 0 ? $"{node.Name}_out" : $"{node.Name}_out{i}")));
        foreach ((string name, object? value) in attributes)
        {
            if (value is not null)
            {
                node.Attribute.Add(Attribute(name, value));
            }
        }

        _graph.Node.Add(node);
        return node.Output;
    }

    /// <summary>The name of a weight, by its name in the module that is exported; of a tensor that is no part of it, of a constant.</summary>
    /// <param name="value">A parameter, a buffer, or another tensor.</param>
    public string Weight(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Tensor written = _instead.GetValueOrDefault(value, value);
        if (!_names.TryGetValue(written, out string? name))
        {
            _names[written] = name = Free(string.Create(CultureInfo.InvariantCulture, $"constant_{_count++}"));
        }

        if (_written.Add(name))
        {
            _graph.Initializer.Add(OnnxTensor.Write(name, written));
        }

        return name;
    }

    /// <summary>The name of a table that is not trained, such as a mask: a node, since what reads initializers takes them for weights.</summary>
    internal string Constant(Tensor value)
    {
        NodeProto node = new() { OpType = "Constant", Name = Free(string.Create(CultureInfo.InvariantCulture, $"Constant_{_count++}")) };
        node.Output.Add(Free($"{node.Name}_out"));
        node.Attribute.Add(new AttributeProto { Name = "value", Type = Kind.Tensor, T = OnnxTensor.Write(node.Output[0], value) });
        _graph.Node.Add(node);
        return node.Output[0];
    }

    /// <summary>The name of a constant of whole numbers, such as a shape.</summary>
    /// <param name="values">The numbers.</param>
    public string Integers(params ReadOnlySpan<int> values) =>
        Constant(Tensor.From((long[])[.. values.ToArray().Select(static value => (long)value)], Device.Cpu));

    /// <summary>The name of a constant of one number.</summary>
    /// <param name="value">The number.</param>
    /// <param name="like">What it is computed with: it has the element type of this.</param>
    public string Number(double value, OnnxValue like)
    {
        ArgumentNullException.ThrowIfNull(like);
        return Constant(Tensor.Scalar(value, like.Example.DType, Device.Cpu));
    }

    /// <summary>Writes a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="inputs">What it takes.</param>
    /// <exception cref="NotSupportedException">No writer is known for it.</exception>
    public OnnxValue Write(Module module, params ReadOnlySpan<OnnxValue> inputs)
    {
        ArgumentNullException.ThrowIfNull(module);
        return _exporter.Writer(module)(this, module, inputs.ToArray());
    }

    /// <summary>Attention of queries, keys and values, as a <see cref="MultiHeadAttention"/> computes it.</summary>
    /// <param name="attention">The layer.</param>
    /// <param name="query">The queries.</param>
    /// <param name="key">The keys.</param>
    /// <param name="value">The values.</param>
    /// <param name="causal">Whether a query sees the keys up to its own position only.</param>
    /// <exception cref="NotSupportedException">An option of the layer cannot be written.</exception>
    public OnnxValue Attention(MultiHeadAttention attention, OnnxValue query, OnnxValue key, OnnxValue value, bool causal = false) =>
        AttentionWriter.Write(this, attention, query, key, value, causal);

    /// <summary>An encoder that sees what came before only, if it is causal.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="causal">Whether a position sees those up to itself only.</param>
    public OnnxValue Encoder(TransformerEncoder encoder, OnnxValue input, bool causal) => AttentionWriter.Encoder(this, encoder, input, causal);

    /// <summary>A decoder.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="memory">What the encoder put out.</param>
    /// <param name="causal">Whether a position sees those up to itself only.</param>
    public OnnxValue Decoder(TransformerDecoder decoder, OnnxValue input, OnnxValue memory, bool causal) =>
        AttentionWriter.Decoder(this, decoder, input, memory, causal);

    /// <summary>Whether batch norms behind layers become part of these.</summary>
    internal bool FoldsBatchNorm => _exporter.FoldBatchNorm;

    /// <summary>Lets a weight be written with other values.</summary>
    internal void Replace(Tensor weight, Tensor value)
    {
        _instead[weight] = value;
        if (_names.TryGetValue(weight, out string? name))
        {
            _names[value] = name;
        }
    }

    /// <summary>A name that a caller has chosen, which nothing else may have.</summary>
    internal string Take(string name) => !string.IsNullOrEmpty(name) && _taken.Add(name)
        ? name
        : throw new ArgumentException(
            $"OnnxExporter: an input or the output is named '{name}', {(string.IsNullOrEmpty(name) ? "which is no name" : "as a weight or another of them is")}. "
            + "Give each a name of its own, in InputNames and OutputName.");

    internal string Free(string name)
    {
        string free = name;
        for (int i = 2; !_taken.Add(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        }

        return free;
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int number => new() { Name = name, Type = Kind.Int, I = number },
        bool flag => new() { Name = name, Type = Kind.Int, I = flag ? 1 : 0 },
        double number => new() { Name = name, Type = Kind.Float, F = (float)number },
        string text => new() { Name = name, Type = Kind.String, S = Google.Protobuf.ByteString.CopyFromUtf8(text) },
        IEnumerable<int> numbers => Several(name, numbers),
        IEnumerable<string> texts => Texts(name, texts),
        _ => throw new ArgumentException($"OnnxGraph: the attribute {name} is a {value.GetType().Name}. Use an int, double, string, bool, or several ints or strings."),
    };

    private static AttributeProto Several(string name, IEnumerable<int> numbers)
    {
        AttributeProto attribute = new() { Name = name, Type = Kind.Ints };
        attribute.Ints.AddRange(numbers.Select(static number => (long)number));
        return attribute;
    }

    private static AttributeProto Texts(string name, IEnumerable<string> texts)
    {
        AttributeProto attribute = new() { Name = name, Type = Kind.Strings };
        attribute.Strings.AddRange(texts.Select(Google.Protobuf.ByteString.CopyFromUtf8));
        return attribute;
    }
}

using DeepSharp.Layers;
using Onnx;

namespace DeepSharp.Exchange;

/// <summary>Looks a graph over before anything is allocated, and then makes what it keeps.</summary>
internal sealed class OnnxGraphReader
{
    // Which inputs of an operator are settings, not weights.
    private static readonly Dictionary<string, int[]> s_settings = new()
    {
        ["Clip"] = [1, 2],
        ["Pad"] = [1, 2],
        ["Resize"] = [1, 2, 3],
        ["Dropout"] = [1, 2],
        ["OneHot"] = [1, 2],
        ["Range"] = [0, 1, 2],
        ["Pow"] = [1],
    };

    private readonly string _file;
    private readonly Dictionary<string, TensorProto> _initializers = [];
    private readonly Dictionary<string, int?> _firstLengths = [];

    internal OnnxGraphReader(ModelProto model, string file)
    {
        _file = file;
        GraphProto graph = model.Graph;
        OperatorSet = (int)Math.Clamp(
            model.OpsetImport.FirstOrDefault(static set => set.Domain is "" or "ai.onnx")?.Version ?? 0, 0, int.MaxValue);
        Nodes = [.. graph.Node.Select((node, i) => new OnnxNode(node, i, file))];
        CheckOperators(graph);
        if (OperatorSet < 7)
        {
            throw new InvalidDataException($"{file}: operator set {OperatorSet}; those from 7 on are read. Convert the model to a newer one.");
        }

        foreach (TensorProto weight in graph.Initializer)
        {
            OnnxTensor.Check(weight, file);
            if (weight.Name.Length == 0)
            {
                throw new InvalidDataException($"{file}: there is a weight without a name.");
            }

            if (!_initializers.TryAdd(weight.Name, weight))
            {
                throw new InvalidDataException($"{file}: there are two weights of the name '{weight.Name}'.");
            }
        }

        if (graph.SparseInitializer.Count > 0)
        {
            throw new InvalidDataException($"{file}: its weights are sparse. Save them as whole tensors.");
        }

        // Older files name weights as inputs, too.
        ValueInfoProto[] inputs = [.. graph.Input.Where(input => !_initializers.ContainsKey(input.Name))];
        Inputs = [.. inputs.Select(static input => input.Name)];
        Outputs = [.. graph.Output.Select(static output => output.Name)];
        foreach (ValueInfoProto input in inputs)
        {
            if (ShapeOf(input) is { } shape)
            {
                Shapes[input.Name] = shape;
            }
        }

        foreach (ValueInfoProto output in graph.Output)
        {
            _firstLengths[output.Name] = ShapeOf(output) is { Length: > 0 } shape ? shape[0] : null;
        }

        CheckOrder();
        foreach (OnnxNode node in Nodes)
        {
            OnnxRecurrence.Check(node, _initializers);
            if (node.Attribute("value")?.T is { } constant)
            {
                OnnxTensor.Check(constant, file);
            }
        }

        CheckCopies();
    }

    internal IReadOnlyList<OnnxNode> Nodes { get; }

    internal IReadOnlyList<string> Inputs { get; }

    internal IReadOnlyList<string> Outputs { get; }

    internal int OperatorSet { get; }

    internal Dictionary<string, IReadOnlyList<int?>> Shapes { get; } = [];

    /// <summary>What nodes find when they begin: weights and constants.</summary>
    internal Dictionary<string, Tensor> Values(
        Device? device, Func<string, Tensor, Tensor> parameter, Func<string, Tensor, Tensor> buffer, Func<Tensor, Tensor> constant, Func<string, Module, Module> layer)
    {
        HashSet<string> settings = [];
        HashSet<string> statistics = [];
        HashSet<string> used = [.. Outputs];
        foreach (OnnxNode node in Nodes)
        {
            if (OnnxRecurrence.IsOne(node))
            {
                Dictionary<string, Tensor> weights = node.Inputs.Where(_initializers.ContainsKey).Distinct()
                    .ToDictionary(static name => name, name => OnnxTensor.Read(_initializers[name], _file, device));
                node.Layer = layer(node.Name, OnnxRecurrence.Make(node, weights, device));
                used.UnionWith([.. node.Inputs.Take(1), .. node.Inputs.Skip(4)]);
                continue;
            }

            if (!IsCopy(node))
            {
                used.UnionWith(node.Inputs);
            }

            if (node.Operator == "BatchNormalization")
            {
                statistics.UnionWith(node.Inputs.Skip(3));
            }

            foreach (int i in s_settings.GetValueOrDefault(node.Operator) ?? [])
            {
                settings.UnionWith(node.Inputs.Skip(i).Take(1));
            }
        }

        Dictionary<string, Tensor> values = [];
        foreach ((string name, TensorProto weight) in _initializers.Where(named => used.Contains(named.Key)))
        {
            bool isReal = OnnxTensor.TypeOf(weight.DataType) is DType.Float32 or DType.Float64;

            // Numbers that say shapes are read by the host, wherever the network is.
            Tensor value = OnnxTensor.Read(weight, _file, isReal ? device : Device.Cpu);
            values[name] = !isReal || weight.Dims.Count == 0 || settings.Contains(name) ? constant(value)
                : statistics.Contains(name) ? buffer(name, value)
                : parameter(name, value);
        }

        // Exporters keep one of several equal weights, and let the others be copies of it. Those learn different things.
        foreach (OnnxNode node in Nodes.Where(node => IsCopy(node) && used.Contains(node.Outputs[0])))
        {
            TensorProto weight = _initializers[node.Inputs[0]];
            Tensor value = OnnxTensor.Read(weight, _file, device);
            values[node.Outputs[0]] = weight.Dims.Count == 0 || settings.Contains(node.Outputs[0]) ? constant(value)
                : statistics.Contains(node.Outputs[0]) ? buffer(node.Outputs[0], value)
                : parameter(node.Outputs[0], value);
        }

        foreach (OnnxNode node in Nodes.Where(static node => node.Operator == "Constant"))
        {
            values[node.Outputs[0]] = constant(OnnxOperators.Constant(node, _file, device));
        }

        return values;
    }

    /// <summary>Lets the first axis of the inputs have any length, where the file says one for all of them.</summary>
    /// <returns>The outputs whose first axis is the same by the file.</returns>
    internal HashSet<string> FreeBatch()
    {
        string[] said = [.. Inputs.Where(name => Shapes.TryGetValue(name, out IReadOnlyList<int?>? shape) && shape is [not null, ..])];
        int?[] lengths = [.. said.Select(name => Shapes[name][0]).Distinct()];
        if (lengths.Length > 1)
        {
            throw new InvalidDataException(
                $"{_file}: the first axes of its inputs {string.Join(", ", said)} are {string.Join(", ", lengths)} long, so they are no batch. Load it without dynamicBatch.");
        }

        foreach (string name in said)
        {
            Shapes[name] = [null, .. Shapes[name].Skip(1)];
        }

        return lengths.Length == 0 ? [] : [.. Outputs.Where(name => _firstLengths[name] == lengths[0])];
    }

    /// <summary>Whether a node has nothing to compute in a pass.</summary>
    internal bool IsKnownBefore(OnnxNode node) => node.Operator == "Constant" || IsCopy(node);

    // Null where the length is none that the file says.
    private static int?[]? ShapeOf(ValueInfoProto value) => value.Type?.TensorType?.Shape is { } shape
        ? [.. shape.Dim.Select(static dim =>
            dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dim.DimValue is > 0 and <= int.MaxValue ? (int)dim.DimValue : (int?)null)]
        : null;

    private bool IsCopy(OnnxNode node) => node.Operator == "Identity" && node.Has(0) && _initializers.TryGetValue(node.Inputs[0], out TensorProto? weight)
        && OnnxTensor.TypeOf(weight.DataType) is DType.Float32 or DType.Float64;

    private void CheckOperators(GraphProto graph)
    {
        string[] unknown = [.. graph.Node
            .Select((node, i) => (Node: node, Read: Nodes[i]))
            .Where(static both => both.Node.Domain is not ("" or "ai.onnx") || !OnnxOperators.Known.ContainsKey(both.Node.OpType))
            .Select(static both => $"{(both.Node.Domain.Length > 0 ? $"{both.Node.Domain}." : string.Empty)}{both.Node.OpType} (node '{both.Read.Name}')")];
        if (unknown.Length > 0)
        {
            throw new NotSupportedException(
                $"{_file}: operators that are not known here: {string.Join(", ", unknown.Take(10))}{(unknown.Length > 10 ? $" and {unknown.Length - 10} more" : string.Empty)}. "
                + "docs/onnx.md lists those that are. The weights are read by OnnxWeights.Load.");
        }
    }

    // A weight that many nodes copy would take any amount of memory out of a small file.
    private void CheckCopies()
    {
        const int Most = 64;
        double held = _initializers.Values.Sum(OnnxTensor.Bytes);
        double copied = Nodes.Where(node => IsCopy(node) || OnnxRecurrence.IsOne(node))
            .Sum(node => node.Inputs.Where(_initializers.ContainsKey).Sum(name => OnnxTensor.Bytes(_initializers[name])));
        if (copied > Most * held)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"{_file}: its nodes make {copied:0} bytes of copies out of {held:0} bytes of weights; {Most} times as many are read."));
        }
    }

    // Nodes stand in the order in which they are computed; so a circle cannot be.
    private void CheckOrder()
    {
        HashSet<string> there = [.. Inputs, .. _initializers.Keys];
        foreach (OnnxNode node in Nodes)
        {
            foreach (string input in node.Inputs.Where(input => input.Length > 0 && !there.Contains(input)))
            {
                throw node.Fault($"it reads '{input}', which nothing before it makes.");
            }

            foreach (string output in node.Outputs.Where(output => output.Length > 0 && !there.Add(output)))
            {
                throw node.Fault($"it makes '{output}', which is there already.");
            }

            if (node.Outputs.Count == 0 || (node.Operator is "Identity" or "Constant" && node.Outputs[0].Length == 0))
            {
                throw node.Fault("it makes nothing.");
            }

            if (node.Operator is "Identity" or "Constant" && node.Outputs.Count > 1)
            {
                throw node.Fault($"it makes {node.Outputs.Count} values instead of one.");
            }
        }

        if (Outputs.Count == 0 || Outputs.FirstOrDefault(output => !there.Contains(output)) is not null)
        {
            throw new InvalidDataException($"{_file}: the outputs '{string.Join("', '", Outputs)}' are not all made.");
        }
    }
}

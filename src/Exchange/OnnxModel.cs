using System.Globalization;
using DeepSharp.Layers;

namespace DeepSharp.Exchange;

/// <summary>The network of an ONNX file, as a module: it predicts and trains on.</summary>
/// <remarks>
/// The file's floating-point weights are parameters by their names there, in parts where these have dots; constants of a single number stay as they are. Batch norm and
/// dropout do in training mode what they do in training, whatever mode the file was written in. Weights of recurrent nodes are those of an
/// <see cref="LSTM"/>, <see cref="GRU"/> or <see cref="RNN"/>, by the node's name. docs/onnx.md lists the operators.
/// </remarks>
public sealed class OnnxModel : Module
{
    // Names in files may have any number of dots; each is a module inside another.
    private const int DeepestName = 32;

    private readonly string _file;
    private readonly IReadOnlyList<OnnxNode> _nodes;
    private readonly Dictionary<string, Tensor> _values;
    private readonly Dictionary<string, IReadOnlyList<int?>> _shapes;
    private readonly HashSet<string> _batches;

    // Not a part of the state: no child of this module.
    private readonly Constants _constants = new();
    private Part? _root;

    private OnnxModel(string file, OnnxGraphReader read, Device? device, bool dynamicBatch)
    {
        (_file, _nodes) = (file, [.. read.Nodes.Where(node => !read.IsKnownBefore(node))]);
        (InputNames, OutputNames, OperatorSet) = (read.Inputs, read.Outputs, read.OperatorSet);
        _shapes = read.Shapes;
        _batches = dynamicBatch ? read.FreeBatch() : [];
        _values = read.Values(device, RegisterParameter, RegisterBuffer, _constants.Hold, RegisterLayer);
    }

    /// <summary>The names of what the network takes.</summary>
    public IReadOnlyList<string> InputNames { get; }

    /// <summary>The names of what it puts out.</summary>
    public IReadOnlyList<string> OutputNames { get; }

    /// <summary>The version of ONNX's operators that the file is written in.</summary>
    public int OperatorSet { get; }

    /// <summary>Reads a network.</summary>
    /// <param name="path">An ONNX file. Values that it keeps in files beside it are read from its folder, and from nowhere else.</param>
    /// <param name="device">Where the weights go; <see cref="Device.Default"/> if null.</param>
    /// <param name="dynamicBatch">
    /// Whether the first axis of the inputs may have any length where the file says one: many networks were written for one sample at a time, and are trained on
    /// batches. An output whose first axis the file says to be as long as that of the inputs must still be so; where constants of the graph have the length
    /// in them, that is an error of <see cref="Forward(Tensor)"/>.
    /// </param>
    /// <exception cref="NotSupportedException">The graph has operators that are not known here; all are named, and nothing has been allocated.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or no ONNX model, or its graph makes no sense; or the batch is asked to be dynamic, and the inputs' first axes have different lengths.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxModel Load(string path, Device? device = null, bool dynamicBatch = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new OnnxModel(path, new OnnxGraphReader(OnnxFile.Read(path), path), device, dynamicBatch);
    }

    /// <summary>The first output for the only input.</summary>
    /// <param name="input">The input.</param>
    /// <exception cref="ArgumentException">The input does not fit what the file says of it.</exception>
    /// <exception cref="NotSupportedException">The network takes several inputs.</exception>
    /// <exception cref="InvalidDataException">A node cannot be computed.</exception>
    public override Tensor Forward(Tensor input) => InputNames.Count == 1
        ? Forward(new Dictionary<string, Tensor> { [InputNames[0]] = input })[OutputNames[0]]
        : throw new NotSupportedException($"OnnxModel: the network takes {string.Join(", ", InputNames)}. Give them by name, in a dictionary.");

    /// <summary>All outputs by name.</summary>
    /// <param name="inputs">The inputs by name.</param>
    /// <exception cref="ArgumentException">An input is missing or unknown, or does not fit what the file says of it.</exception>
    /// <exception cref="InvalidDataException">A node cannot be computed.</exception>
    public IReadOnlyDictionary<string, Tensor> Forward(IReadOnlyDictionary<string, Tensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count != InputNames.Count || InputNames.Any(name => !inputs.ContainsKey(name)))
        {
            throw new ArgumentException(
                $"OnnxModel: the inputs {string.Join(", ", inputs.Keys)}, of a network that takes {string.Join(", ", InputNames)}.", nameof(inputs));
        }

        Dictionary<string, Tensor> values = new(_values);
        foreach ((string name, Tensor value) in inputs)
        {
            ArgumentNullException.ThrowIfNull(value, nameof(inputs));
            if (_shapes.TryGetValue(name, out IReadOnlyList<int?>? shape)
                && (shape.Count != value.Rank || shape.Where((length, i) => length is { } fixedLength && value.Shape[i] != fixedLength).Any()))
            {
                throw new ArgumentException(
                    $"OnnxModel: the input {name} is {value.Shape}, and the file says [{string.Join(", ", shape.Select(static length => length is null ? "?" : $"{length}"))}]."
                    + (shape.Count == value.Rank && shape[0] is { } batch && batch != value.Shape[0]
                        ? " Where only the length of the batch differs, load it with dynamicBatch: true."
                        : string.Empty),
                    nameof(inputs));
            }

            values[name] = value;
        }

        foreach (OnnxNode node in _nodes)
        {
            OnnxStep step = new(node, values, IsTraining, OperatorSet);
            try
            {
                Tensor[] made = OnnxOperators.Known[node.Operator](step);
                for (int i = 0; i < node.Outputs.Count; i++)
                {
                    if (node.Outputs[i].Length > 0)
                    {
                        values[node.Outputs[i]] = i < made.Length ? made[i] : throw node.Fault($"its output {i} is none that is known.");
                    }
                }
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException or InvalidOperationException or IndexOutOfRangeException or ArithmeticException)
            {
                throw node.Fault($"{e.Message} Its inputs are {string.Join(", ", node.Inputs.Select(name => name.Length == 0 ? "none" : $"{values[name].Shape}"))}.", e);
            }
        }

        int samples = _batches.Count > 0 ? inputs[InputNames[0]].Shape[0] : 0;
        foreach (string name in _batches.Where(name => values[name].Rank == 0 || values[name].Shape[0] != samples))
        {
            throw new InvalidDataException(
                $"{_file}: the output '{name}' is {values[name].Shape} for a batch of {samples}: the graph has another length in its constants. Load it without dynamicBatch.");
        }

        return OutputNames.ToDictionary(static name => name, name => values[name]);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"OnnxModel({Path.GetFileName(_file)}, {_nodes.Count} nodes)");

    private Tensor RegisterParameter(string name, Tensor value)
    {
        (Part place, string last) = Place(name);
        return place.Register(last, new Parameter(value));
    }

    private Tensor RegisterBuffer(string name, Tensor value)
    {
        (Part place, string last) = Place(name);
        return place.Register(last, value);
    }

    private Module RegisterLayer(string name, Module layer) => Add((_root ??= new Part(this)).Take(name.Replace('.', '_')), layer);

    // Where a name with dots has its place: in parts inside one another, as in the module that was exported.
    private (Part Place, string Last) Place(string name)
    {
        string[] parts = name.Split('.');
        if (parts.Length > DeepestName || parts.Any(static part => part.Length == 0))
        {
            parts = [name.Replace('.', '_')];
        }

        _root ??= new Part(this);
        Part place = _root;
        for (int i = 0; i < parts.Length - 1; i++)
        {
            place = place.Inner(parts[i]);
        }

        return (place, parts[^1]);
    }

    // A part of a name: the model itself, or a module that has nothing but names.
    private sealed class Part
    {
        private readonly OnnxModel? _model;
        private readonly Holder? _holder;
        private readonly Dictionary<string, Part> _inner = [];
        private readonly HashSet<string> _taken = [];

        internal Part(OnnxModel model) => _model = model;

        private Part(Holder holder) => _holder = holder;

        internal Part Inner(string name)
        {
            if (_inner.TryGetValue(name, out Part? found))
            {
                return found;
            }

            Holder made = new();
            string free = Take(name);
            _ = _model is { } model ? model.Add(free, made) : _holder!.Hold(free, made);
            return _inner[name] = new Part(made);
        }

        internal Parameter Register(string name, Parameter value) => _model is { } model ? model.Add(Take(name), value) : _holder!.Hold(Take(name), value);

        internal Tensor Register(string name, Tensor value) => _model is { } model ? model.AddBuffer(Take(name), value) : _holder!.Hold(Take(name), value);

        internal string Take(string name)
        {
            while (!_taken.Add(name))
            {
                name += "_";
            }

            return name;
        }
    }

    // Named for the summary by what it is in the model that was exported: a part of it.
    private sealed class Holder : Module
    {
        internal Holder Hold(string name, Holder module) => Add(name, module);

        internal Parameter Hold(string name, Parameter value) => Add(name, value);

        internal Tensor Hold(string name, Tensor value) => AddBuffer(name, value);
    }

    // Values that stay whatever scope is open.
    private sealed class Constants : Module
    {
        private int _count;

        internal Tensor Hold(Tensor value) => AddBuffer($"{_count++}", value);
    }
}

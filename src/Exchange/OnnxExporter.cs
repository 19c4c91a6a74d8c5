using DeepSharp.Layers;
using DeepSharp.Persistence;
using Google.Protobuf;
using Onnx;

namespace DeepSharp.Exchange;

/// <summary>Writes networks as ONNX files, as they compute in evaluation mode.</summary>
/// <remarks>
/// <para>Every layer here has a writer but those that docs/onnx.md names. For a module of your own, tell the exporter how it is written; most are written
/// by the writers of the modules in it:</para>
/// <code>
/// OnnxExporter exporter = new();
/// exporter.AddWriter&lt;TwoHeads&gt;((graph, model, inputs) => graph.Write(model.Head, graph.Write(model.Body, inputs[0])));
/// exporter.Export(model, Tensor.Zeros([1, 8]), "model.onnx");
/// </code>
/// <para>Weights have their names in the module. The first axis of inputs and outputs is the batch and may have any length where the file is run; the other lengths are
/// the example's.</para>
/// </remarks>
public sealed class OnnxExporter
{
    // That of PyTorch's exporter; the first with LayerNormalization.
    private const int LeastOperatorSet = 17;

    private readonly Dictionary<Type, Func<OnnxGraph, Module, IReadOnlyList<OnnxValue>, OnnxValue>> _writers = [];

    /// <summary>The names of the inputs; <c>input</c>, or <c>input0</c>, <c>input1</c>, …, if null.</summary>
    public IReadOnlyList<string>? InputNames { get; init; }

    /// <summary>The name of the output.</summary>
    public string OutputName { get; init; } = "output";

    /// <summary>Whether a <see cref="BatchNorm"/> behind a layer in a <see cref="Sequential"/> becomes part of its weight and bias; false by default, so that
    /// the file can be trained on.</summary>
    public bool FoldBatchNorm { get; init; }

    /// <summary>Whether the first axis of inputs and outputs may have any length; true by default.</summary>
    public bool DynamicBatch { get; init; } = true;

    /// <summary>Says how modules of a type are written.</summary>
    /// <typeparam name="TModule">The module's type, exactly.</typeparam>
    /// <param name="writer">Adds a module's nodes to a graph, given what it takes, and returns what it puts out.</param>
    public void AddWriter<TModule>(Func<OnnxGraph, TModule, IReadOnlyList<OnnxValue>, OnnxValue> writer)
        where TModule : Module
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writers[typeof(TModule)] = (graph, module, inputs) => writer(graph, (TModule)module, inputs);
    }

    /// <summary>Writes a network with one input to a file, whole or not at all.</summary>
    /// <param name="model">The network.</param>
    /// <param name="example">An input, of which the shape and element type count; the first axis is the batch.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="NotSupportedException">A module cannot be written; it is named.</exception>
    /// <exception cref="ArgumentException">The example does not fit, or the input or the output has no name, that of the other, or a weight's.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Export(Module model, Tensor example, string path) => Export(model, [example], path);

    /// <summary>Writes a network with several inputs to a file, whole or not at all.</summary>
    /// <param name="model">The network.</param>
    /// <param name="examples">An example of each input.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="NotSupportedException">A module cannot be written; it is named.</exception>
    /// <exception cref="ArgumentException">The examples do not fit, or an input or the output has no name, that of another, or a weight's.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Export(Module model, IReadOnlyList<Tensor> examples, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (examples.Count == 0 || (InputNames is { } names && names.Count != examples.Count))
        {
            throw new ArgumentException($"OnnxExporter: {examples.Count} examples for {InputNames?.Count ?? 1} inputs. Give one for each.", nameof(examples));
        }

        using TensorScope scope = Tensor.Scope();
        if (FoldBatchNorm && model is Sequential { Count: > 0 } chain)
        {
            // Here, so that weights keep their names.
            model = chain.Fuse();
        }

        using EvaluationMode evaluation = new(model);
        using NoGrad noGrad = new();
        GraphProto graph = new() { Name = model.GetType().Name };
        OnnxGraph written = new(graph, this, model);
        OnnxValue[] inputs = [.. examples.Select((example, i) => new OnnxValue(
            written.Take(InputNames is null ? (examples.Count == 1 ? "input" : $"input{i}") : InputNames[i]), example ?? throw new ArgumentNullException(nameof(examples))))];
        string output = written.Take(OutputName);
        OnnxValue last = written.Write(model, inputs);
        graph.Node.Add(new NodeProto { OpType = "Identity", Name = written.Free("Output"), Input = { last.Name }, Output = { output } });
        graph.Input.AddRange(inputs.Select(Describe));
        graph.Output.Add(Describe(last with { Name = output }));
        ModelProto file = new() { IrVersion = 8, ProducerName = "DeepSharp", Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = LeastOperatorSet } } };
        byte[] bytes = file.CalculateSize() < 0
            ? throw new NotSupportedException("OnnxExporter: the network has more than 2 GB of weights, which no ONNX file holds.")
            : file.ToByteArray();
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    internal Func<OnnxGraph, Module, IReadOnlyList<OnnxValue>, OnnxValue> Writer(Module module)
    {
        Type type = module.GetType();
        if (_writers.TryGetValue(type, out Func<OnnxGraph, Module, IReadOnlyList<OnnxValue>, OnnxValue>? own) || LayerWriters.All.TryGetValue(type, out own))
        {
            return own;
        }

        throw new NotSupportedException(
            $"OnnxExporter: how a {type.Name} is written is not known{(LayerWriters.Unwritten.TryGetValue(type, out string? reason) ? $": {reason}" : string.Empty)}. "
            + "Say it by AddWriter.");
    }

    private ValueInfoProto Describe(OnnxValue value)
    {
        TensorShapeProto shape = new();
        for (int i = 0; i < value.Shape.Rank; i++)
        {
            shape.Dim.Add(i == 0 && DynamicBatch
                ? new TensorShapeProto.Types.Dimension { DimParam = "batch" }
                : new TensorShapeProto.Types.Dimension { DimValue = value.Shape[i] });
        }

        return new()
        {
            Name = value.Name,
            Type = new TypeProto { TensorType = new() { ElemType = OnnxTensor.ElementOf(value.Example.DType), Shape = shape } },
        };
    }
}

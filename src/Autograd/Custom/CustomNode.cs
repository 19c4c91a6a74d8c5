namespace DeepSharp;

/// <summary>The place of a user's operator in the graph.</summary>
internal sealed class CustomNode : JointNode
{
    private readonly Func<CustomContext, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor?>> _backward;
    private readonly CustomContext _context;
    private readonly (Shape Shape, DType DType, Device Device)[] _inputs;
    private readonly int[] _origins;

    private CustomNode(
        string name, Func<CustomContext, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor?>> backward, CustomContext context, Tensor[] inputs,
        Tensor[] outputs)
        : base(name, outputs.Length, inputs)
    {
        _backward = backward;
        _context = context;
        _inputs = Array.ConvertAll(inputs, static input => (input.Shape, input.DType, input.Device));
        Tensor[] kept = context.Take(Restore);

        // Inputs and outputs, which are counted behind them, get their place in the graph back when they are asked for.
        _origins = Array.ConvertAll(kept, tensor => Array.FindIndex([.. inputs, .. outputs], other => ReferenceEquals(tensor, other)));
        Save(kept);
    }

    /// <summary>Runs a user's operator and gives it its place in the graph.</summary>
    internal static Tensor[] Apply(
        string name, Func<CustomContext, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward,
        Func<CustomContext, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor?>> backward, ReadOnlySpan<Tensor> inputs)
    {
        Tensor[] given = inputs.ToArray();
        bool records = false;
        foreach (Tensor input in given)
        {
            ArgumentNullException.ThrowIfNull(input, nameof(inputs));
            records |= input.Records();
        }

        CustomContext context = new();
        Tensor[] outputs;
        using (new NoGrad())
        {
            outputs = [.. Given.Required(name, "the result of Forward", forward(context, given))];
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            Given.Required(name, outputs.Length == 1 ? "the result of Forward" : $"result {i} of Forward", outputs[i]);
            if (Array.IndexOf(given, outputs[i]) >= 0 || Array.IndexOf(outputs, outputs[i]) < i || outputs[i].Node is not null)
            {
                throw new InvalidOperationException($"{name}: Forward must return new tensors; it returned one it was given, or one twice. Clone it.");
            }
        }

        if (!records)
        {
            return outputs;
        }

        bool[] differentiable = Array.ConvertAll(outputs, output => output.DType.IsFloatingPoint && !context.IsConstant(output));
        CustomNode node = new(name, backward, context, given, outputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (differentiable[i])
            {
                _ = node.Attach(outputs[i], i);
            }
        }

        return outputs;
    }

    private protected override void Backward(IReadOnlyList<Tensor?> gradients)
    {
        int[] versions = [.. gradients.Select(static gradient => gradient?.Storage.Version ?? 0)];
        IReadOnlyList<Tensor?> results = Given.Required(Name, "the result of Backward", _backward(_context, gradients));
        for (int i = 0; i < versions.Length; i++)
        {
            if (gradients[i] is { } gradient && gradient.Storage.Version != versions[i])
            {
                throw new InvalidOperationException(
                    $"{Name}: Backward changed the gradient {gradient.Shape} that it was given in place; others use it, too. Work on a Clone().");
            }
        }

        if (results.Count != _inputs.Length)
        {
            throw new InvalidOperationException($"{Name}: Backward returned {results.Count} gradients for {_inputs.Length} inputs.");
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            if (results[i] is { } own && Wants(i))
            {
                (Shape shape, DType dtype, Device device) = _inputs[i];
                SendSame(i, Given.Fitting(Name, $"the gradient from Backward for input {i}", own, "that input", shape, dtype, device));
            }
        }
    }

    private Tensor Restore(int index)
    {
        if (index < 0 || index >= _origins.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(index), $"{Name}: there is no saved tensor {index}; {_origins.Length} were saved.");
        }

        int origin = _origins[index];
        return origin < 0 ? Saved(index)
            : origin < Inputs.Length ? Rejoin(index, Inputs[origin])
            : SavedOutput(index, origin - Inputs.Length);
    }
}

namespace DeepSharp;

/// <summary>The place of a user's operator in the graph.</summary>
internal sealed class CustomNode : Node
{
    private readonly CustomOp _op;
    private readonly CustomContext _context;
    private readonly Shape[] _shapes;
    private readonly int[] _origins;

    internal CustomNode(CustomOp op, CustomContext context, Tensor[] inputs, Tensor output)
        : base(op.Name, inputs)
    {
        _op = op;
        _context = context;
        _shapes = Array.ConvertAll(inputs, static input => input.Shape);
        Tensor[] kept = context.Take(Restore);

        // Inputs and the output get their place in the graph back when they are asked for.
        _origins = Array.ConvertAll(kept, tensor => ReferenceEquals(tensor, output) ? inputs.Length : Array.IndexOf(inputs, tensor));
        Save(kept);
    }

    internal override void Backward(Tensor gradient)
    {
        int version = gradient.Storage.Version;
        IReadOnlyList<Tensor?> gradients = _op.RunBackward(_context, gradient);
        if (gradient.Storage.Version != version)
        {
            throw new InvalidOperationException(
                $"{Name}: Backward changed the gradient {gradient.Shape} that it was given in place; others use it, too. Work on a Clone().");
        }

        if (gradients.Count != _shapes.Length)
        {
            throw new InvalidOperationException($"{Name}: Backward returned {gradients.Count} gradients for {_shapes.Length} inputs.");
        }

        for (int i = 0; i < _shapes.Length; i++)
        {
            if (gradients[i] is not { } own || !Wants(i))
            {
                continue;
            }

            if (own.Shape != _shapes[i])
            {
                throw new InvalidOperationException(
                    $"{Name}: Backward returned a gradient of shape {own.Shape} for input {i}, whose shape is {_shapes[i]}.");
            }

            SendSame(i, own);
        }
    }

    private Tensor Restore(int index)
    {
        if (index < 0 || index >= _origins.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(index), $"{Name}: there is no saved tensor {index}; {_origins.Length} were saved.");
        }

        int origin = _origins[index];
        return origin < 0 ? Saved(index) : Rejoin(index, origin == Inputs.Length ? this : Inputs[origin]);
    }
}

namespace DeepSharp;

/// <summary>An operator with several outputs. Each output is a node of its own behind it, and it acts once, after all of them.</summary>
internal abstract class JointNode : Node
{
    private readonly Output?[] _outputs;
    private readonly Tensor?[] _gradients;

    private protected JointNode(string name, int outputs, params ReadOnlySpan<Tensor> inputs)
        : base(name, inputs)
    {
        _outputs = new Output?[outputs];
        _gradients = new Tensor?[outputs];
        TensorScope.Current?.Add(this);
    }

    /// <summary>Makes output number <paramref name="index"/> of this node the tensor's place in the graph; one that is not attached has no
    /// gradient.</summary>
    internal Tensor Attach(Tensor output, int index) => (_outputs[index] = new Output(this, index)).Attach(output);

    internal sealed override void Backward(Tensor gradient)
    {
        try
        {
            Backward(_gradients);
        }
        finally
        {
            // One of them is the caller's, who disposes it.
            int one = Array.IndexOf(_gradients, gradient);
            _gradients[one] = null;
            Forget();
        }
    }

    internal sealed override void Forget()
    {
        Pending = null;
        foreach (Tensor? gradient in Grad.IsEnabled ? [] : _gradients)
        {
            gradient?.Dispose();
        }

        Array.Clear(_gradients);
    }

    /// <summary>Sends the gradients of the inputs, given those of the outputs; null for an output that the result of the pass does not
    /// depend on, which is a gradient of zeros.</summary>
    private protected abstract void Backward(IReadOnlyList<Tensor?> gradients);

    /// <summary>Output number <paramref name="output"/>, saved as number <paramref name="index"/>, with its place in the graph.</summary>
    private protected Tensor SavedOutput(int index, int output) => Rejoin(index, _outputs[output]);

    // Its gradient goes to its place at the operator, which the pass comes to after all outputs, since it is older.
    private sealed class Output(JointNode joint, int index) : Node(joint.Name, [joint])
    {
        internal override void Backward(Tensor gradient)
        {
            if (!Wants(0))
            {
                return;
            }

            Tensor own = gradient.Alias(gradient.Shape, gradient.Strides.ToArray(), gradient.Operand.Offset, gradient.Origin);
            own.Node = gradient.Node;
            joint._gradients[index] = Grad.IsEnabled ? own : own.Keep();
            joint.Pending = own;
        }
    }
}

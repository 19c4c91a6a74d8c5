using DeepSharp.Kernels;

namespace DeepSharp.Layers;

/// <summary>A layer whose weight is computed of other parameters, in each pass.</summary>
/// <remarks>
/// It takes the layer's place. The names are those that PyTorch's <c>torch.nn.utils.parametrizations</c> give the layer: <c>bias</c> and
/// <c>parametrizations.weight.…</c>. An activation behind it runs in the layer's kernel.
/// </remarks>
public abstract class Reparametrization : Module, IFusesActivation
{
    private readonly IHasWeight _layer;
    private readonly Parts _parts = new();

    private protected Reparametrization(Module layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Layer = layer;
        _layer = layer as IHasWeight
            ?? throw new ArgumentException($"{GetType().Name}: a {layer.GetType().Name} has no weight to compute. Use a Dense layer or a convolution.", nameof(layer));
        if (_layer.Bias is { } bias)
        {
            Add("bias", bias);
        }

        Add("parametrizations", new Holder("weight", _parts));
    }

    /// <summary>The layer, whose own weight is not used any more.</summary>
    public Module Layer { get; }

    /// <inheritdoc/>
    public sealed override Tensor Forward(Tensor input) => Forward(input, default(IdentityOp));

    Tensor IFusesActivation.Forward<TOp>(Tensor input, TOp op) => Forward(input, op);

    /// <inheritdoc/>
    public sealed override string ToString() => $"{GetType().Name}({Layer})";

    /// <summary>The layer's weight at the start.</summary>
    /// <summary>The weight that the layer computes with, of the parameters as they are.</summary>
    public Tensor ComputeWeight() => Weight();

    private protected Parameter Initial => _layer.Weight;

    /// <summary>The axis of the weight that the outputs stand along.</summary>
    private protected int OutputAxis => _layer.OutputAxis;

    /// <summary>The weight of a pass.</summary>
    private protected abstract Tensor Weight();

    /// <summary>Registers what the weight is computed of.</summary>
    private protected Parameter AddPart(string name, Tensor initial) => _parts.AddPart(name, initial);

    /// <summary>Registers state that it is computed with.</summary>
    private protected void AddState(params ReadOnlySpan<(string Name, Tensor Value)> state) => _parts.AddState(state);

    private Tensor Forward<TOp>(Tensor input, TOp op)
        where TOp : unmanaged, IUnaryOp
    {
        ArgumentNullException.ThrowIfNull(input);
        return _layer.Forward(input, Weight(), op);
    }

    // What only gives others their names.
    private sealed class Holder : Module
    {
        internal Holder(string name, Module module) => Add(name, module);
    }

    private sealed class Parts : Module
    {
        internal Parameter AddPart(string name, Tensor initial) => Add(name, new Parameter(initial));

        internal void AddState(ReadOnlySpan<(string Name, Tensor Value)> state) => Add("0", new Buffers(state));
    }

    private sealed class Buffers : Module
    {
        internal Buffers(ReadOnlySpan<(string Name, Tensor Value)> state)
        {
            foreach ((string name, Tensor value) in state)
            {
                AddBuffer(name, value);
            }
        }
    }
}

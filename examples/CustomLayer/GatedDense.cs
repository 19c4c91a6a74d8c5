using DeepSharp.Layers;

namespace DeepSharp.Examples.CustomLayer;

/// <summary>A layer of your own: one dense layer gates another, y = (x Vᵀ + c) swish(x Wᵀ + b). Shazeer 2020, "GLU variants".</summary>
public sealed class GatedDense : Module
{
    private readonly Dense _value;
    private readonly Dense _gate;
    private readonly Swish _swish;

    /// <summary>A layer with random initial values.</summary>
    /// <param name="inputs">The features of an input.</param>
    /// <param name="outputs">The features of an output.</param>
    /// <param name="beta">The sharpness of the gate.</param>
    public GatedDense(int inputs, int outputs, double beta = 1)
    {
        // What is registered is trained, saved and shown by Summary().
        _value = Add("value", new Dense(inputs, outputs));
        _gate = Add("gate", new Dense(inputs, outputs));
        _swish = new Swish(beta);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => _value.Forward(input) * _gate.Forward(input).Apply(_swish);
}

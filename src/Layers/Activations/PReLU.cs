namespace DeepSharp.Layers;

/// <summary>The leaky rectifier whose slopes are learned: x where x &gt; 0, else weight x. He, Zhang, Ren, Sun 2015.</summary>
/// <remarks>The name is PyTorch's: <c>weight</c>, [parameters].</remarks>
public sealed class PReLU : Module
{
    /// <summary>A layer for inputs of any shape, or [N, parameters, …].</summary>
    /// <param name="parameters">1 for one slope, or the length of axis 1 for one each.</param>
    /// <param name="initial">The first value of the slopes.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of slopes is below one.</exception>
    public PReLU(int parameters = 1, double initial = 0.25, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, parameters, nameof(PReLU));
        Weight = Add("weight", new Constant(initial).CreateParameter(parameters, dtype, device, null));
    }

    /// <summary>The slopes below zero, [parameters].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Axis 1 of the input is not as long as the weight.</exception>
    public override Tensor Forward(Tensor input) => input.PReLU(Weight);

    /// <inheritdoc/>
    public override string ToString() => $"PReLU({Weight.Count})";
}

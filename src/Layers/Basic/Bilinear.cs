namespace DeepSharp.Layers;

/// <summary>A bilinear form of two inputs: y[k] = x W[k] zᵀ + b[k].</summary>
/// <remarks>Inputs […, first] and […, second], output […, outputs]. Names as in PyTorch: <c>weight</c>, [outputs, first, second], and <c>bias</c>.</remarks>
public sealed class Bilinear : Module
{
    /// <summary>A layer with initial values drawn at random.</summary>
    /// <param name="first">The features of the first input.</param>
    /// <param name="second">The features of the second input.</param>
    /// <param name="outputs">The features of the output.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="weightInitializer">How the weight begins; if null, uniform in ±1/sqrt(first), as PyTorch's is.</param>
    /// <param name="biasInitializer">How the bias begins; if null, likewise.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The source of random numbers; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below one.</exception>
    public Bilinear(
        int first,
        int second,
        int outputs,
        bool bias = true,
        Initializer? weightInitializer = null,
        Initializer? biasInitializer = null,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
    {
        Bounds.AtLeast(1, first, nameof(Bilinear));
        Bounds.AtLeast(1, second, nameof(Bilinear));
        Bounds.AtLeast(1, outputs, nameof(Bilinear));
        double bound = 1 / Math.Sqrt(first);
        Initializer uniform = new Uniform(-bound, bound);
        Weight = Add("weight", (weightInitializer ?? uniform).CreateParameter([outputs, first, second], dtype, device, generator));
        if (bias)
        {
            Bias = Add("bias", (biasInitializer ?? uniform).CreateParameter(outputs, dtype, device, generator));
        }
    }

    /// <summary>W, [outputs, first, second].</summary>
    public Parameter Weight { get; }

    /// <summary>b, [outputs], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>The form of two inputs.</summary>
    /// <param name="first">x, […, first].</param>
    /// <param name="second">z, […, second].</param>
    /// <exception cref="ArgumentException">Shapes, element types or devices do not fit.</exception>
    public Tensor Forward(Tensor first, Tensor second) => first.Bilinear(second, Weight, Bias);

    /// <inheritdoc/>
    public override string ToString() =>
        $"Bilinear({Weight.Shape[1]}, {Weight.Shape[2]}, {Weight.Shape[0]}{(Bias is null ? ", no bias" : string.Empty)})";
}

namespace DeepSharp.Layers;

/// <summary>A one in the middle of each channel's kernel for itself and zeros elsewhere: a convolution that begins by passing its input on.</summary>
/// <remarks>For weights [outputs, inputs / groups, …kernel]; outputs beyond the inputs begin with zeros.</remarks>
/// <param name="groups">The groups of the convolution; each passes its own channels on.</param>
public sealed class Dirac(int groups = 1) : Initializer
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The shape is not that of a convolution's weight, or the groups do not divide its outputs.</exception>
    public override Tensor Create(Shape shape, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        if (shape.Rank is < 3 or > 5 || groups < 1 || shape[0] % groups != 0)
        {
            throw new ArgumentException(
                $"Dirac: the shape {shape} and {groups} groups; use a convolution's weight [outputs, inputs / groups, …kernel] and groups that "
                + "divide its outputs.", nameof(shape));
        }

        // The middle of a kernel of even length is behind it, as in PyTorch.
        int middle = 0;
        int field = 1;
        foreach (int length in shape.AsSpan()[2..])
        {
            middle = (middle * length) + (length / 2);
            field *= length;
        }

        int outputs = shape[0] / groups;
        double[] values = new double[shape.Size];
        for (int output = 0; output < shape[0]; output++)
        {
            int channel = output % outputs;
            if (channel < shape[1])
            {
                values[(((output * shape[1]) + channel) * field) + middle] = 1;
            }
        }

        return Tensor.From(values, shape, device).To(dtype);
    }
}

namespace DeepSharp.Layers;

/// <summary>
/// Divides each element by what it and its neighbours along the channels amount to: y = x / (k + alpha / size · the sum of their squares)^beta.
/// Krizhevsky, Sutskever, Hinton 2012.
/// </summary>
/// <param name="size">Over how many channels, of [N, C, …].</param>
/// <param name="alpha">What multiplies the mean of squares.</param>
/// <param name="beta">The power.</param>
/// <param name="k">What is added.</param>
public sealed class LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1) : Module
{
    /// <summary>How many channels are summed over.</summary>
    public int Size => size;

    /// <summary>What the mean of squares is multiplied by.</summary>
    public double Alpha => alpha;

    /// <summary>The exponent.</summary>
    public double Beta => beta;

    /// <summary>What is added to the sum.</summary>
    public double K => k;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LocalResponseNorm(size, alpha, beta, k);

    /// <inheritdoc/>
    public override string ToString() => $"LocalResponseNorm({size}, alpha {alpha}, beta {beta}, k {k})";
}

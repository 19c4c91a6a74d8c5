namespace DeepSharp.Layers;

/// <summary>
/// Normalises groups of neighbouring channels of each sample: y = (x - mean) / sqrt(variance + epsilon) * weight + bias. Wu, He 2018.
/// </summary>
/// <remarks>Input [N, C, …]. Training and evaluation are the same. Names as in PyTorch: <c>weight</c> and <c>bias</c>, each [C].</remarks>
public sealed class GroupNorm : Module
{
    /// <summary>A layer for a number of groups and channels.</summary>
    /// <param name="groups">Into how many groups the channels are parted: 1 for a layer norm over the whole sample, as many as channels
    /// for an instance norm.</param>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Keeps the divisor from zero.</param>
    /// <param name="affine">Whether there are a weight (first one) and a bias (first zero).</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public GroupNorm(
        int groups, int channels, double epsilon = 1e-5, bool affine = true, DType dtype = DType.Float32, Device? device = null)
    {
        Bounds.AtLeast(1, groups, nameof(GroupNorm));
        Bounds.AtLeast(1, channels, nameof(GroupNorm));
        Bounds.Epsilon(epsilon, nameof(GroupNorm));
        if (channels % groups != 0)
        {
            throw new ArgumentException(
                $"GroupNorm: {groups} groups do not divide {channels} channels. Use a number of groups that divides them.", nameof(groups));
        }

        (Groups, Channels, Epsilon) = (groups, channels, epsilon);
        if (affine)
        {
            Weight = Add("weight", Constant.Ones.CreateParameter(channels, dtype, device, null));
            Bias = Add("bias", Constant.Zeros.CreateParameter(channels, dtype, device, null));
        }
    }

    /// <summary>Into how many groups the channels are parted.</summary>
    public int Groups { get; }

    /// <summary>The number of channels, C.</summary>
    public int Channels { get; }

    /// <summary>Keeps the divisor from zero.</summary>
    public double Epsilon { get; }

    /// <summary>What multiplies each channel, [C], or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each channel, [C], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N, C, …].</exception>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return input.Rank >= 2 && input.Shape[1] == Channels
            ? input.GroupNorm(Groups, Weight, Bias, Epsilon)
            : throw new ArgumentException($"{this}: an input {input.Shape}. Its second axis must be {Channels} long.", nameof(input));
    }

    /// <inheritdoc/>
    public override string ToString() => $"GroupNorm({Groups}, {Channels}{(Weight is null ? ", not affine" : string.Empty)})";
}

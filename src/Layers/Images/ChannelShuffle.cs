namespace DeepSharp.Layers;

/// <summary>Channels of several groups in turn, so that the next layer's groups see all of them. Zhang et al. 2018.</summary>
/// <param name="groups">The number of groups.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    /// <summary>The number of groups.</summary>
    public int Groups => groups;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.ChannelShuffle(groups);

    /// <inheritdoc/>
    public override string ToString() => $"ChannelShuffle({groups})";
}

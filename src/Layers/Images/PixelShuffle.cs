namespace DeepSharp.Layers;

/// <summary>Channels as pixels: […, C r², H, W] becomes […, C, H r, W r]. Shi et al. 2016.</summary>
/// <param name="upscaleFactor">r.</param>
public sealed class PixelShuffle(int upscaleFactor) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.PixelShuffle(upscaleFactor);

    /// <inheritdoc/>
    public override string ToString() => $"PixelShuffle({upscaleFactor})";
}

/// <summary>Pixels as channels: […, C, H r, W r] becomes […, C r², H, W]; undoes <see cref="PixelShuffle"/>.</summary>
/// <param name="downscaleFactor">r.</param>
public sealed class PixelUnshuffle(int downscaleFactor) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.PixelUnshuffle(downscaleFactor);

    /// <inheritdoc/>
    public override string ToString() => $"PixelUnshuffle({downscaleFactor})";
}

/// <summary>Channels of several groups in turn, so that the next layer's groups see all of them. Zhang et al. 2018.</summary>
/// <param name="groups">The number of groups.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.ChannelShuffle(groups);

    /// <inheritdoc/>
    public override string ToString() => $"ChannelShuffle({groups})";
}

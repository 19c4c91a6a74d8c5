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

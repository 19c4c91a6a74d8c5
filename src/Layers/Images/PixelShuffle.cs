namespace DeepSharp.Layers;

/// <summary>Channels as pixels: […, C r², H, W] becomes […, C, H r, W r]. Shi et al. 2016.</summary>
/// <param name="upscaleFactor">r.</param>
public sealed class PixelShuffle(int upscaleFactor) : Module
{
    /// <summary>How many times as high and wide the output is.</summary>
    public int UpscaleFactor => upscaleFactor;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.PixelShuffle(upscaleFactor);

    /// <inheritdoc/>
    public override string ToString() => $"PixelShuffle({upscaleFactor})";
}

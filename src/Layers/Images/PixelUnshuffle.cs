namespace DeepSharp.Layers;

/// <summary>Pixels as channels: […, C, H r, W r] becomes […, C r², H, W]; undoes <see cref="PixelShuffle"/>.</summary>
/// <param name="downscaleFactor">r.</param>
public sealed class PixelUnshuffle(int downscaleFactor) : Module
{
    /// <summary>How many times as high and wide the input is.</summary>
    public int DownscaleFactor => downscaleFactor;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.PixelUnshuffle(downscaleFactor);

    /// <inheritdoc/>
    public override string ToString() => $"PixelUnshuffle({downscaleFactor})";
}

using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>A rectangle of each image comes from the one before it in the batch, and as much of its target. Yun et al., "CutMix", 2019.</summary>
/// <remarks>The rectangle has the image's proportions, a share 1 - lambda of its area with lambda from Beta(alpha, alpha), and a uniform centre; it is
/// cut off at the border, and lambda is then what is left, as in the paper and torchvision's CutMix: one for each batch. Images [n, channels,
/// height, width] or [n, height, width]; targets as of <see cref="MixUp"/>.</remarks>
/// <param name="classes">The number of classes.</param>
/// <param name="alpha">Both parameters of the distribution.</param>
public sealed class CutMix(int classes, double alpha = 1) : Transform
{
    private readonly Mixing _mixing = new(nameof(CutMix), classes, alpha);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features are no images, or the targets neither labels nor distributions.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        ImageShape shape = Images.ShapeOf(batch, nameof(CutMix));
        double side = 0.5 * Math.Sqrt(1 - _mixing.Share(place));
        Philox words = place.Draws.Words(0, 255);
        int middleX = ImageDraws.Below(words.W0, shape.Width);
        int middleY = ImageDraws.Below(words.W1, shape.Height);
        (int halfX, int halfY) = ((int)(side * shape.Width), (int)(side * shape.Height));
        int left = Math.Max(0, middleX - halfX);
        int top = Math.Max(0, middleY - halfY);
        int width = Math.Min(shape.Width, middleX + halfX) - left;
        int height = Math.Min(shape.Height, middleY + halfY) - top;
        Tensor mixed = Images.Mapped(batch.X, new MixMap(1, top, left, height, width), shape, nameof(CutMix));
        return _mixing.Mixed(batch.With(mixed), (float)(1 - ((double)width * height / ((double)shape.Width * shape.Height))));
    }
}

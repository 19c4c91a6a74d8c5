using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Turns, shifts, magnifies and mirrors each image about its centre, in one pass over the batch: torchvision's RandomAffine and flips,
/// Keras's RandomRotation, RandomTranslation, RandomZoom and RandomFlip.</summary>
/// <remarks>
/// <para>Images [n, channels, height, width] or [n, height, width] of Float32 or Float64, which keep their size. Each image is drawn for itself,
/// from uniform distributions. An output pixel at p from the centre is the input at flip(R(-angle) (p - shift)) / scale: mirrored first, then
/// magnified and turned, then shifted.</para>
/// <para>Between pixels values are bilinear, as <c>grid_sample</c> of <c>affine_grid</c> with <c>align_corners=False</c> has them in PyTorch; places are
/// computed in Float32, so that devices differ by about 1e-6 of the range of values for each pixel of the image's width, and, at the nearest
/// pixel, in which of two they take where both are as near.</para>
/// </remarks>
public sealed class RandomAffine : Transform
{
    private readonly (double Low, double High) _degrees;
    private readonly (double X, double Y) _translate;
    private readonly (double Low, double High) _scale;
    private readonly float _horizontalFlip;
    private readonly float _verticalFlip;
    private readonly bool _nearest;
    private readonly float _fill;

    /// <summary>A transform that draws from ranges; by itself it changes nothing.</summary>
    /// <param name="degrees">Angles, clockwise: from the one to the other.</param>
    /// <param name="translate">The largest shift to either side, as a share of the width and of the height, from 0 to 1.</param>
    /// <param name="scale">Magnifications, above 0; null for none.</param>
    /// <param name="horizontalFlip">How often left and right change places.</param>
    /// <param name="verticalFlip">How often up and down change places.</param>
    /// <param name="nearest">Whether a pixel takes the nearest of the input instead of a mean of four.</param>
    /// <param name="fill">What is outside of the input.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range or a probability is none.</exception>
    public RandomAffine(
        (double Low, double High) degrees = default, (double X, double Y) translate = default, (double Low, double High)? scale = null,
        double horizontalFlip = 0, double verticalFlip = 0, bool nearest = false, double fill = 0)
    {
        _degrees = Images.Range(degrees, double.NegativeInfinity, nameof(RandomAffine));
        _translate = (Images.Probability(translate.X, nameof(RandomAffine)), Images.Probability(translate.Y, nameof(RandomAffine)));
        _scale = Images.Range(scale ?? (1, 1), double.Epsilon, nameof(RandomAffine), nameof(scale));
        _horizontalFlip = Images.Probability(horizontalFlip, nameof(RandomAffine));
        _verticalFlip = Images.Probability(verticalFlip, nameof(RandomAffine));
        _nearest = nearest;
        _fill = (float)fill;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features are no images.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        ImageShape shape = Images.ShapeOf(batch, nameof(RandomAffine));
        (float x, float y) = ((float)(_translate.X * shape.Width), (float)(_translate.Y * shape.Height));
        AffineRanges ranges = new(
            (float)double.DegreesToRadians(_degrees.Low), (float)double.DegreesToRadians(_degrees.High - _degrees.Low), -x, 2 * x, -y, 2 * y,
            ScaleLow: (float)_scale.Low, ScaleWidth: (float)(_scale.High - _scale.Low), FlipX: _horizontalFlip, FlipY: _verticalFlip);
        return batch.With(Images.Mapped(batch.X, new AffineMap(place.Draws, ranges, _nearest, _fill), shape, nameof(RandomAffine)));
    }
}

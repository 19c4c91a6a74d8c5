using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>A part of each image at a random place, of whole pixels, as torchvision's and Keras's RandomCrop, and mirrored at random.</summary>
/// <remarks>Images [n, channels, height, width] or [n, height, width] of Float32 or Float64. Pixels are copied as they are.</remarks>
public sealed class RandomCrop : Transform
{
    private readonly int _height;
    private readonly int _width;
    private readonly int _padding;
    private readonly float _horizontalFlip;
    private readonly float _fill;

    /// <summary>A crop of a size.</summary>
    /// <param name="height">The rows that are left.</param>
    /// <param name="width">The columns that are left.</param>
    /// <param name="padding">How many pixels are added on each side before.</param>
    /// <param name="horizontalFlip">How often left and right change places.</param>
    /// <param name="fill">What is added.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is below one, the padding below zero, or the probability none.</exception>
    public RandomCrop(int height, int width, int padding = 0, double horizontalFlip = 0, double fill = 0)
    {
        Bounds.AtLeast(1, height, nameof(RandomCrop));
        Bounds.AtLeast(1, width, nameof(RandomCrop));
        Bounds.AtLeast(0, padding, nameof(RandomCrop));
        _height = height;
        _width = width;
        _padding = padding;
        _horizontalFlip = Images.Probability(horizontalFlip, nameof(RandomCrop));
        _fill = (float)fill;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features are no images, or smaller with their padding than what should be left.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        ImageShape shape = Images.ShapeOf(batch, nameof(RandomCrop));
        int down = shape.SourceHeight + (2 * _padding) - _height;
        int right = shape.SourceWidth + (2 * _padding) - _width;
        if (down < 0 || right < 0)
        {
            throw new ArgumentException(
                $"RandomCrop: images {batch.X.Shape} with {_padding} pixels on each side are smaller than {_height} x {_width}.");
        }

        AffineRanges ranges = new(
            ShiftXLow: -right / 2f, ShiftXWidth: right, ShiftYLow: -down / 2f, ShiftYWidth: down, Whole: 1, FlipX: _horizontalFlip);
        return batch.With(Images.Mapped(
            batch.X, new AffineMap(place.Draws, ranges, nearest: true, _fill), shape with { Height = _height, Width = _width }, nameof(RandomCrop),
            new Shape([.. batch.X.Shape.AsSpan()[..^2], _height, _width])));
    }
}

using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Fills a rectangle of some images with a number: random erasing (Zhong et al. 2020), or cutout (DeVries, Taylor 2017).</summary>
/// <remarks>Images [n, channels, height, width] or [n, height, width] of Float32 or Float64. The rectangle's area is uniform between shares of the
/// image, the logarithm of its height by its width uniform, and its place uniform among those inside; what is longer than the image is cut to it.</remarks>
public sealed class RandomErasing : Transform
{
    private readonly float _probability;
    private readonly (double Low, double High) _scale;
    private readonly (double Low, double High) _ratio;
    private readonly float _value;

    /// <summary>Erasing of rectangles.</summary>
    /// <param name="probability">How often.</param>
    /// <param name="scale">The area, as a share of the image's; null for 0.02 to 0.33.</param>
    /// <param name="ratio">Height by width; null for 0.3 to 3.3. For squares, 1 to 1.</param>
    /// <param name="value">What is filled in.</param>
    /// <exception cref="ArgumentOutOfRangeException">A range or the probability is none.</exception>
    public RandomErasing(double probability = 0.5, (double Low, double High)? scale = null, (double Low, double High)? ratio = null, double value = 0)
    {
        _probability = Images.Probability(probability, nameof(RandomErasing));
        _scale = Images.Range(scale ?? (0.02, 0.33), 0, nameof(RandomErasing), nameof(scale));
        _ratio = Images.Range(ratio ?? (0.3, 3.3), double.Epsilon, nameof(RandomErasing), nameof(ratio));
        _value = (float)value;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features are no images.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        (double low, double high) = (Math.Log(_ratio.Low), Math.Log(_ratio.High));
        EraseMap map = new(
            place.Draws, _probability, (float)_scale.Low, (float)(_scale.High - _scale.Low), (float)low, (float)(high - low), _value);
        return batch.With(Images.Mapped(batch.X, map, Images.ShapeOf(batch, nameof(RandomErasing)), nameof(RandomErasing)));
    }
}

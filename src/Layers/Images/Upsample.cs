namespace DeepSharp.Layers;

/// <summary>Images in another size: [N, C, …] with one to three axes behind the channels; see <see cref="InterpolateOperators"/>.</summary>
public sealed class Upsample : Module
{
    private readonly PerAxis? _size;
    private readonly double[]? _scaleFactor;
    private readonly Interpolation _mode;
    private readonly bool _alignCorners;

    /// <summary>A layer for a size, or for factors: <c>new Upsample(scaleFactor: [2])</c>.</summary>
    /// <param name="size">The lengths of the result; or give the factors.</param>
    /// <param name="scaleFactor">By what the lengths are multiplied, rounded down: one number for all axes, or one each.</param>
    /// <param name="mode">What stands between the elements.</param>
    /// <param name="alignCorners">Whether the corners of source and result are the middles of their outermost elements; for linear and cubic
    /// interpolation.</param>
    /// <exception cref="ArgumentException">Not exactly one of size and factors is given, or the corners of nearest neighbours are to be aligned.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A factor is not positive.</exception>
    public Upsample(
        PerAxis? size = null, double[]? scaleFactor = null, Interpolation mode = Interpolation.Nearest, bool alignCorners = false)
    {
        InterpolateOperators.Check(nameof(Upsample), size, scaleFactor, mode, alignCorners);
        (_size, _scaleFactor, _mode, _alignCorners) = (size, scaleFactor, mode, alignCorners);
    }

    /// <summary>The size of the output, or null.</summary>
    public PerAxis? Size => _size;

    /// <summary>How many times as long each axis becomes, or null.</summary>
    public IReadOnlyList<double>? ScaleFactor => _scaleFactor;

    /// <summary>How values between the elements are found.</summary>
    public Interpolation Mode => _mode;

    /// <summary>Whether the outermost elements stay the outermost.</summary>
    public bool AlignCorners => _alignCorners;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is no such image.</exception>
    public override Tensor Forward(Tensor input) => input.Interpolate(_size, _scaleFactor, _mode, _alignCorners);

    /// <inheritdoc/>
    public override string ToString() =>
        $"Upsample({(_size is { } size ? $"size {size}" : $"factor {string.Join(", ", _scaleFactor!.Select(static factor => $"{factor}"))}")}, {_mode}"
        + $"{(_alignCorners ? ", aligned corners" : string.Empty)})";
}

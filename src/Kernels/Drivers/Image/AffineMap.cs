using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>From what an affine map of each image is drawn.</summary>
/// <param name="AngleLow">The least angle, in radians; positive ones turn the x axis towards the y axis: clockwise as images are shown.</param>
/// <param name="AngleWidth">How far it reaches above that.</param>
/// <param name="ShiftXLow">The least shift to the right, in pixels.</param>
/// <param name="ShiftXWidth">How far it reaches above that.</param>
/// <param name="ShiftYLow">The least shift down, in pixels.</param>
/// <param name="ShiftYWidth">How far it reaches above that.</param>
/// <param name="Whole">1 for shifts that are whole pixels above the least one.</param>
/// <param name="ScaleLow">The least magnification.</param>
/// <param name="ScaleWidth">How far it reaches above that.</param>
/// <param name="FlipX">The probability of left for right.</param>
/// <param name="FlipY">The probability of up for down.</param>
internal readonly record struct AffineRanges(
    float AngleLow = 0, float AngleWidth = 0, float ShiftXLow = 0, float ShiftXWidth = 0, float ShiftYLow = 0, float ShiftYWidth = 0,
    int Whole = 0, float ScaleLow = 1, float ScaleWidth = 0, float FlipX = 0, float FlipY = 0);

/// <summary>Turns, shifts, magnifies and mirrors each image about its centre, and cuts the middle out, in one pass.</summary>
/// <remarks>
/// An output at (x, y), in pixels from the output's centre, is the source at flip(R(-angle) ((x, y) - shift)) / scale, in pixels from the
/// source's centre: between four pixels, or at the nearest, of two the one with the even number. This is <c>grid_sample</c> of
/// <c>affine_grid</c> of torch.nn.functional with <c>align_corners=False</c>, but for a value of its own outside. Places are computed in
/// single precision for images of either type.
/// </remarks>
internal struct AffineMap(ImageDraws draws, AffineRanges ranges, bool nearest, float fill) : IImageMap
{
    private readonly ImageDraws _draws = draws;
    private readonly AffineRanges _ranges = ranges;
    private readonly int _nearest = nearest ? 1 : 0;
    private readonly float _fill = fill;
    private F32 _xx;
    private F32 _xy;
    private F32 _x0;
    private F32 _yx;
    private F32 _yy;
    private F32 _y0;

    public void Enter(int image, in ImageShape shape)
    {
        Philox words = _draws.Words(image, 0);
        Philox more = _draws.Words(image, 1);
        F32 angle = _ranges.AngleLow + (ImageDraws.Uniform(words.W0) * _ranges.AngleWidth);
        F32 scale = _ranges.ScaleLow + (ImageDraws.Uniform(words.W1) * _ranges.ScaleWidth);
        F32 shiftX = Shift(words.W2, _ranges.ShiftXLow, _ranges.ShiftXWidth);
        F32 shiftY = Shift(words.W3, _ranges.ShiftYLow, _ranges.ShiftYWidth);
        F32 flipX = F32.IfGreater(_ranges.FlipX, ImageDraws.Uniform(more.W0), -1, 1);
        F32 flipY = F32.IfGreater(_ranges.FlipY, ImageDraws.Uniform(more.W1), -1, 1);
        F32 cosine = F32.Cos(angle) / scale;
        F32 sine = F32.Sin(angle) / scale;
        _xx = flipX * cosine;
        _xy = flipX * sine;
        _yx = flipY * -sine;
        _yy = flipY * cosine;
        F32 x = shiftX + ((shape.Width - 1) * 0.5f);
        F32 y = shiftY + ((shape.Height - 1) * 0.5f);
        _x0 = ((shape.SourceWidth - 1) * 0.5f) - (_xx * x) - (_xy * y);
        _y0 = ((shape.SourceHeight - 1) * 0.5f) - (_yx * x) - (_yy * y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T At<T, TElements>(TElements source, TElements table, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T>
    {
        F32 x = (_xx * column) + (_xy * row) + _x0;
        F32 y = (_yx * column) + (_yy * row) + _y0;
        F32 left = F32.Floor(x);
        F32 top = F32.Floor(y);
        float right = (x - left).Value;
        float below = (y - top).Value;
        int i = (int)top.Value;
        int j = (int)left.Value;
        if (_nearest != 0)
        {
            return Pixel<T, TElements>(source, shape, image, channel, Near(i, below), Near(j, right));
        }

        T leftAbove = (1 - right) * (1 - below);
        T rightAbove = right * (1 - below);
        T leftBelow = (1 - right) * below;
        T rightBelow = right * below;
        if ((uint)i < (uint)(shape.SourceHeight - 1) && (uint)j < (uint)(shape.SourceWidth - 1))
        {
            // Most pixels have all four neighbours.
            int at = shape.Row(image, channel, i) + j;
            int next = at + shape.SourceWidth;
            return (source.At(at) * leftAbove) + (source.At(at + 1) * rightAbove) + (source.At(next) * leftBelow) + (source.At(next + 1) * rightBelow);
        }

        return (Pixel<T, TElements>(source, shape, image, channel, i, j) * leftAbove)
            + (Pixel<T, TElements>(source, shape, image, channel, i, j + 1) * rightAbove)
            + (Pixel<T, TElements>(source, shape, image, channel, i + 1, j) * leftBelow)
            + (Pixel<T, TElements>(source, shape, image, channel, i + 1, j + 1) * rightBelow);
    }

    private static int Near(int whole, float rest) => rest > 0.5f || (rest == 0.5f && (whole & 1) != 0) ? whole + 1 : whole;

    private readonly F32 Shift(uint word, float low, float width) => _ranges.Whole != 0
        ? low + (float)ImageDraws.Below(word, (int)width + 1)
        : low + (ImageDraws.Uniform(word) * width);

    private readonly T Pixel<T, TElements>(TElements source, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T>
    {
        T fill = _fill;
        return (uint)row < (uint)shape.SourceHeight && (uint)column < (uint)shape.SourceWidth
            ? source.At(shape.Row(image, channel, row) + column)
            : fill;
    }
}

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>(x - mean) / deviation, with numbers of each channel from a table: means, then deviations.</summary>
internal struct NormalizeMap : IImageMap
{
    public readonly void Enter(int image, in ImageShape shape)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T At<T, TElements>(TElements source, TElements table, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T> =>
        (source.At(shape.Row(image, channel, row) + column) - table.At(channel)) / table.At(shape.Channels + channel);
}

/// <summary>A rectangle of some of the images is filled with a number.</summary>
/// <remarks>Its area is uniform in a range of shares of the image, the logarithm of height to width uniform in a range, its place uniform
/// among those inside. Zhong et al., "Random erasing data augmentation", 2020.</remarks>
internal struct EraseMap(ImageDraws draws, float probability, float areaLow, float areaWidth, float ratioLow, float ratioWidth, float value)
    : IImageMap
{
    private readonly ImageDraws _draws = draws;
    private readonly float _probability = probability;
    private readonly float _areaLow = areaLow;
    private readonly float _areaWidth = areaWidth;
    private readonly float _ratioLow = ratioLow;
    private readonly float _ratioWidth = ratioWidth;
    private readonly float _value = value;
    private int _top;
    private int _left;
    private int _height;
    private int _width;

    public void Enter(int image, in ImageShape shape)
    {
        Philox words = _draws.Words(image, 0);
        Philox more = _draws.Words(image, 1);
        F32 area = (_areaLow + (ImageDraws.Uniform(words.W1) * _areaWidth)) * (shape.Height * shape.Width);
        F32 ratio = F32.Exp(_ratioLow + (ImageDraws.Uniform(words.W2) * _ratioWidth));
        bool erases = ImageDraws.Uniform(words.W0).Value < _probability;
        _height = erases ? Rounded(F32.Sqrt(area * ratio), shape.Height) : 0;
        _width = Rounded(F32.Sqrt(area / ratio), shape.Width);
        _top = ImageDraws.Below(more.W0, shape.Height - _height + 1);
        _left = ImageDraws.Below(more.W1, shape.Width - _width + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T At<T, TElements>(TElements source, TElements table, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T>
    {
        T value = _value;
        return (uint)(row - _top) < (uint)_height && (uint)(column - _left) < (uint)_width
            ? value
            : source.At(shape.Row(image, channel, row) + column);
    }

    private static int Rounded(F32 length, int most)
    {
        int whole = (int)(length + 0.5f).Value;
        return whole < most ? whole : most;
    }
}

/// <summary>Each image with a share of the one before it in the batch, or with a rectangle of it; the first one with the last.</summary>
/// <param name="share">The share of an image itself, outside the rectangle.</param>
/// <param name="top">The first row of the rectangle, which is the other image's alone.</param>
/// <param name="left">Its first column.</param>
/// <param name="height">Its rows.</param>
/// <param name="width">Its columns.</param>
internal readonly struct MixMap(float share, int top, int left, int height, int width) : IImageMap
{
    private readonly float _share = share;
    private readonly int _top = top;
    private readonly int _left = left;
    private readonly int _height = height;
    private readonly int _width = width;

    public void Enter(int image, in ImageShape shape)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T At<T, TElements>(TElements source, TElements table, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T>
    {
        T own = source.At(shape.Row(image, channel, row) + column);
        T other = source.At(shape.Row(Other(image, shape), channel, row) + column);
        bool inside = (uint)(row - _top) < (uint)_height && (uint)(column - _left) < (uint)_width;
        return inside ? other : (own * _share) + (other * (1 - _share));
    }

    internal static int Other(int image, in ImageShape shape) => image == 0 ? shape.Images - 1 : image - 1;
}

/// <summary>Labels as distributions over classes (the columns), mixed as <see cref="MixMap"/> mixes images.</summary>
internal readonly struct MixLabelsMap(float share) : IImageMap
{
    private readonly float _share = share;

    public void Enter(int image, in ImageShape shape)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T At<T, TElements>(TElements source, TElements table, in ImageShape shape, int image, int channel, int row, int column)
        where T : unmanaged, IReal<T>
        where TElements : struct, IElements<T> =>
        T.IfEqual(source.At(image), column, _share, 0) + T.IfEqual(source.At(MixMap.Other(image, shape)), column, 1 - _share, 0);
}

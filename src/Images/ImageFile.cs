using DeepSharp.Persistence;
using SkiaSharp;

namespace DeepSharp.Images;

/// <summary>Single pictures to tensors, and tensors to pictures.</summary>
public static class ImageFile
{
    /// <summary>Reads a picture: PNG, JPEG, WebP, BMP or GIF.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <returns>UInt8 [channels, height, width].</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no picture, a damaged one, or one of more pixels than its bytes can have (4096 x 4096 in any file, and
    /// 8256 for each byte); the message names the file.</exception>
    public static Tensor Load(string path, int channels = 3, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckChannels(channels);
        (byte[] planes, int height, int width) = Decoder.Decode(path, channels, null, ImageFit.Stretch);
        return Tensor.From(planes, [channels, height, width], device);
    }

    /// <summary>Writes a picture as PNG, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">[height, width] or [1, height, width] for grey, [3, height, width] for colours: bytes, or numbers from 0 to 1, which are
    /// rounded, and those outside cut.</param>
    /// <exception cref="ArgumentException">The tensor is no picture.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static unsafe void SavePng(string path, Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        int channels = image.Rank == 2 ? 1 : image.Rank == 3 ? image.Shape[0] : 0;
        if (channels is not (1 or 3) || image.Shape.Size == 0 || !(image.DType is DType.UInt8 || image.DType.IsFloatingPoint))
        {
            throw new ArgumentException(
                $"SavePng: {image.Shape} of {image.DType} is no picture; give [height, width], [1, height, width] or [3, height, width] of UInt8 or of "
                + "numbers from 0 to 1.",
                nameof(image));
        }

        byte[] planes = Bytes(image);
        int height = image.Shape[^2];
        int width = image.Shape[^1];
        byte[] pixels = channels == 1 ? planes : new byte[height * width * 4];
        for (int i = 0; channels == 3 && i < height * width; i++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                pixels[(i * 4) + channel] = planes[(channel * height * width) + i];
            }

            pixels[(i * 4) + 3] = 255;
        }

        fixed (byte* start = pixels)
        {
            using SKPixmap pixmap = new(
                new SKImageInfo(width, height, channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)start);
            using SKData data = pixmap.Encode(SKEncodedImageFormat.Png, 100)
                ?? throw new ArgumentException($"SavePng: a picture of {height} x {width} cannot be written as PNG.", nameof(image));
            byte[] file = data.ToArray();
            AtomicFile.Write(path, stream => stream.Write(file));
        }
    }

    /// <summary>Pictures side by side in rows, as one: torchvision's make_grid.</summary>
    /// <param name="images">[n, channels, height, width].</param>
    /// <param name="columns">How many stand in a row.</param>
    /// <param name="padding">The pixels around each, of 0.</param>
    /// <returns>[channels, height, width] of the same type, where the pictures are.</returns>
    /// <exception cref="ArgumentException">The tensor has not four axes, or there are no pictures.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Columns are below one, or padding is negative.</exception>
    public static Tensor Grid(Tensor images, int columns = 8, int padding = 2)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        if (images.Rank != 4 || images.Shape[0] == 0)
        {
            throw new ArgumentException($"Grid: {images.Shape} are no pictures; give [n, channels, height, width] with n above 0.", nameof(images));
        }

        (int count, int height, int width) = (images.Shape[0], images.Shape[2], images.Shape[3]);
        columns = Math.Min(columns, count);
        int rows = (count + columns - 1) / columns;
        Tensor grid = Tensor.Zeros(
            [images.Shape[1], padding + (rows * (height + padding)), padding + (columns * (width + padding))], images.DType, images.Device);
        for (int i = 0; i < count; i++)
        {
            int top = padding + (i / columns * (height + padding));
            int left = padding + (i % columns * (width + padding));
            grid.Narrow(1, top, height).Narrow(2, left, width).CopyFrom(images.Narrow(0, i, 1).Reshape(images.Shape[1], height, width));
        }

        return grid;
    }

    internal static void CheckChannels(int channels)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), $"Images have 1 channel (grey) or 3 (red, green, blue), not {channels}.");
        }
    }

    private static byte[] Bytes(Tensor image)
    {
        using TensorScope scope = Tensor.Scope();
        using NoGrad noGrad = new();
        Tensor host = image.To(Device.Cpu).Contiguous();
        return image.DType == DType.UInt8
            ? host.ToArray<byte>()
            : [.. host.To(DType.Float32).ToArray<float>().Select(static value => (byte)Math.Clamp(MathF.Round(value * 255), 0, 255))];
    }
}

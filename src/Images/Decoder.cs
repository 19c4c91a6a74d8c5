using SkiaSharp;

namespace DeepSharp.Images;

/// <summary>Decodes pictures into planes of bytes.</summary>
internal static class Decoder
{
    // Scaling down averages what falls into a pixel, roughly, by halves; scaling up goes along lines.
    private static readonly SKSamplingOptions s_sampling = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    // What any file may be, however short: 4096 x 4096 pixels. Beyond, no more than deflate makes of it at its best, with 8 pixels to a byte: a header
    // of a few bytes must not take a gigabyte.
    private const long MostOfAny = 1 << 24;
    private const long MostOfByte = 8 * 1032;

    /// <summary>Decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="size">The size to bring it to; its own if null.</param>
    /// <param name="fit">How.</param>
    /// <returns>The planes [channels, height, width].</returns>
    internal static unsafe (byte[] Planes, int Height, int Width) Decode(string path, int channels, (int Height, int Width)? size, ImageFit fit)
    {
        using SKCodec codec = Open(path, out long length);
        int width = codec.Info.Width;
        int height = codec.Info.Height;
        long most = Math.Min(int.MaxValue / 4, Math.Max(MostOfAny, MostOfByte * length));
        if ((long)width * height > most)
        {
            throw Bad(path, $"a picture of at most {most} pixels, as its {length} bytes can have", $"{height} x {width}");
        }

        // Colours as they stand in the file: no profile, no transparency worked in.
        byte[] pixels = new byte[width * height * 4];
        fixed (byte* start = pixels)
        {
            SKCodecResult result = codec.GetPixels(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), (nint)start);
            if (result != SKCodecResult.Success)
            {
                throw Bad(path, "a whole picture", result == SKCodecResult.IncompleteInput ? "that it breaks off" : $"that it is damaged ({result})");
            }

            if (size is not { } wanted || wanted == (height, width))
            {
                return (Planes(pixels, channels, width * height), height, width);
            }

            byte[] scaled = new byte[wanted.Height * wanted.Width * 4];
            fixed (byte* to = scaled)
            {
                using SKPixmap whole = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)start);
                using SKPixmap? part = fit == ImageFit.Stretch ? whole : whole.ExtractSubset(Middle(height, width, wanted));
                using SKPixmap target = new(new SKImageInfo(wanted.Width, wanted.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), (nint)to);
                if (part is null || !part.ScalePixels(target, s_sampling))
                {
                    throw Bad(path, $"a picture that can be scaled to {wanted.Height} x {wanted.Width}", $"{height} x {width}");
                }
            }

            return (Planes(scaled, channels, wanted.Height * wanted.Width), wanted.Height, wanted.Width);
        }
    }

    private static SKCodec Open(string path, out long length)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: expected a picture and found {(Directory.Exists(path) ? "a folder" : "no file")} of this name.", path);
        }

        // Read whole, so that what the system says of a file that may not be read comes out.
        byte[] bytes = File.ReadAllBytes(path);
        length = bytes.Length;
        using SKData data = SKData.CreateCopy(bytes);
        return SKCodec.Create(data) ?? throw Bad(path, "a picture (PNG, JPEG, WebP, BMP or GIF)", "something else");
    }

    /// <summary>The largest rectangle in the middle that has the shape of a size.</summary>
    private static SKRectI Middle(int height, int width, (int Height, int Width) size)
    {
        double scale = Math.Min((double)height / size.Height, (double)width / size.Width);
        int tall = Math.Clamp((int)Math.Round(size.Height * scale), 1, height);
        int wide = Math.Clamp((int)Math.Round(size.Width * scale), 1, width);
        return SKRectI.Create((width - wide) / 2, (height - tall) / 2, wide, tall);
    }

    private static byte[] Planes(byte[] pixels, int channels, int count)
    {
        byte[] planes = new byte[channels * count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> pixel = pixels.AsSpan(i * 4, 3);
            if (channels == 1)
            {
                // ITU-R 601, as Pillow computes it.
                planes[i] = (byte)(((pixel[0] * 19595) + (pixel[1] * 38470) + (pixel[2] * 7471) + 0x8000) >> 16);
                continue;
            }

            for (int channel = 0; channel < 3; channel++)
            {
                planes[(channel * count) + i] = pixel[channel];
            }
        }

        return planes;
    }

    private static InvalidDataException Bad(string path, string expected, string found) => new($"{path}: expected {expected}, and found {found}.");
}

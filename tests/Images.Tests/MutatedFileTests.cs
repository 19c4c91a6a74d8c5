using DeepSharp.Images;
using DeepSharp.Testing;
using SkiaSharp;

namespace DeepSharp.Tests;

public class MutatedFileTests
{
    [Fact]
    public void Mutated_pictures()
    {
        using TemporaryFolder folder = new();
        ImageFile.SavePng(folder["a.png"], Tensor.Uniform([3, 9, 7], device: Device.Cpu));
        ImageFile.SavePng(folder["b.png"], Tensor.Uniform([5, 4], device: Device.Cpu));
        using SKBitmap bitmap = new(16, 16);
        bitmap.Erase(SKColors.Teal);
        foreach ((string name, SKEncodedImageFormat format) in ((string, SKEncodedImageFormat)[])[("c.jpg", SKEncodedImageFormat.Jpeg), ("d.webp", SKEncodedImageFormat.Webp)])
        {
            using FileStream file = File.Create(folder[name]);
            Assert.True(bitmap.Encode(file, format, 80));
        }

        new MutatedFiles("a.png", [folder["a.png"], folder["b.png"], folder["c.jpg"], folder["d.webp"]], "IHDR", "IDAT", "PLTE", "tRNS")
        {
            // 4096 x 4096 pixels of four bytes, and their planes.
            Allowance = 130_000_000,
        }.Read(1000, static path => ImageFile.Load(path, device: Device.Cpu).Dispose());
    }
}

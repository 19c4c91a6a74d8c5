using DeepSharp.Data;
using DeepSharp.Images;
using SkiaSharp;

namespace DeepSharp.Tests;

/// <summary>Pictures whose pixels are known, made by SkiaSharp in the test.</summary>
public sealed class ImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pixels_are_planes_of_bytes()
    {
        Write("a.png", 2, 3, static (x, y) => new SKColor((byte)(10 * x), (byte)(20 * y), 255));
        Tensor colours = ImageFile.Load(_folder["a.png"], device: Device.Cpu);
        Assert.Equal(new Shape(3, 3, 2), colours.Shape);
        Assert.Equal([0, 10, 0, 10, 0, 10, 0, 0, 20, 20, 40, 40, 255, 255, 255, 255, 255, 255], colours.ToArray<byte>());

        // ITU-R 601: 0.299 * 10 + 0.587 * 40 + 0.114 * 255 = 55.54.
        Assert.Equal(56, ImageFile.Load(_folder["a.png"], channels: 1, Device.Cpu).ToArray<byte>()[5]);
    }

    [Fact]
    public void Transparency_does_not_change_colours()
    {
        Write("a.png", 1, 1, static (_, _) => new SKColor(200, 100, 50, 128));
        Assert.Equal([200, 100, 50], ImageFile.Load(_folder["a.png"], device: Device.Cpu).ToArray<byte>());
    }

    [Fact]
    public void What_is_written_is_read()
    {
        byte[] bytes = [.. Enumerable.Range(0, 60).Select(static i => (byte)(i * 4))];
        Tensor image = Tensor.From(bytes, [3, 4, 5], Device.Cpu);
        ImageFile.SavePng(_folder["a.png"], image);
        Assert.Equal(bytes, ImageFile.Load(_folder["a.png"], device: Device.Cpu).ToArray<byte>());
        ImageFile.SavePng(_folder["grey.png"], image[0]);
        Assert.Equal(bytes[..20], ImageFile.Load(_folder["grey.png"], 1, Device.Cpu).ToArray<byte>());
        ImageFile.SavePng(_folder["float.png"], Tensor.From([-0.5f, 0, 0.5f, 2], [1, 2, 2], Device.Cpu));
        Assert.Equal([0, 0, 128, 255], ImageFile.Load(_folder["float.png"], 1, Device.Cpu).ToArray<byte>());
        Assert.Equal(["a.png", "float.png", "grey.png"], _folder.Files);
        Assert.Contains("[2, 4, 5]", Assert.Throws<ArgumentException>(() => ImageFile.SavePng(_folder["b.png"], image.Narrow(0, 0, 2))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_grid_has_all_pictures()
    {
        Tensor grid = ImageFile.Grid(Tensor.From([1f, 2, 3], [3, 1, 1, 1], Device.Cpu), columns: 2, padding: 1);
        Assert.Equal(new Shape(1, 5, 5), grid.Shape);
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], grid.ToArray<float>());
    }

    [Fact]
    public void A_folder_for_each_class_is_a_data_set()
    {
        // A red class and a blue one; the brightness is the number.
        for (int i = 0; i < 10; i++)
        {
            byte value = (byte)(20 * i);
            Write($"set/red/{i}.png", 4, 4, (_, _) => new SKColor(value, 0, 0));
            Write($"set/blue/deep/{i}.png", 8, 6, (_, _) => new SKColor(0, 0, value));
        }

        File.WriteAllText(_folder["set/red/notes.txt"], "no picture");
        ImageFolder folder = new(_folder["set"], 4, 4);
        Assert.Equal(["blue", "red"], folder.Classes);
        Assert.Equal(20, folder.Paths.Count);
        Dataset data = folder.ToDataset(Device.Cpu);
        Assert.Equal(new Shape(3, 4, 4), data.SampleShape);

        // The same pictures in memory: the same batches, shuffled and changed.
        Dataset memory = new Dataset(data.Features, data.Targets).Scaled(1.0 / 255);
        Assert.Equal(Walked(memory), Walked(data));
        Assert.Equal(20 * 49, Walked(data).Length);
        byte[] pixels = data.Features.ToArray<byte>();
        int[] labels = data.Targets.ToArray<int>();
        for (int i = 0; i < 20; i++)
        {
            int plane = labels[i] == 0 ? 2 : 0;
            Assert.Equal(20 * (i % 10), pixels[(i * 48) + (plane * 16) + 5]);
            Assert.Equal(0, pixels[(i * 48) + ((2 - plane) * 16) + 5]);
        }
    }

    [Fact]
    public void Pictures_come_to_a_size()
    {
        // Black, white, black: the middle is a square.
        Write("set/a/a.png", 12, 4, static (x, _) => x is >= 4 and < 8 ? SKColors.White : SKColors.Black);
        byte[] cropped = new ImageFolder(_folder["set"], 2, 2, channels: 1).ToDataset(Device.Cpu).Features.ToArray<byte>();
        Assert.Equal([255, 255, 255, 255], cropped);
        byte[] stretched = new ImageFolder(_folder["set"], 4, 3, channels: 1, ImageFit.Stretch).ToDataset(Device.Cpu).Features.ToArray<byte>();
        Assert.True(stretched[0] < 64 && stretched[1] > 191 && stretched[2] < 64, string.Join(' ', stretched));
    }

    [Fact]
    public void Photographs_are_read()
    {
        using SKBitmap bitmap = new(16, 16);
        bitmap.Erase(new SKColor(200, 30, 60));
        using (FileStream file = File.Create(_folder["a.jpg"]))
        {
            Assert.True(bitmap.Encode(file, SKEncodedImageFormat.Jpeg, 100));
        }

        byte[] pixels = ImageFile.Load(_folder["a.jpg"], device: Device.Cpu).ToArray<byte>();
        Assert.InRange(pixels[0], 197, 203);
        Assert.InRange(pixels[256], 27, 33);
        Assert.InRange(pixels[512], 57, 63);
    }

    [Fact]
    public void Damaged_files_are_named_or_skipped()
    {
        Random random = new(1);
        for (int i = 0; i < 3; i++)
        {
            Write($"set/a/{i}.png", 32, 32, (_, _) => new SKColor((byte)random.Next(256), (byte)random.Next(256), 0));
        }

        string broken = _folder["set/a/1.png"];
        File.WriteAllBytes(broken, File.ReadAllBytes(broken)[..1000]);
        File.WriteAllText(_folder["set/a/2.png"], "no picture at all");
        Assert.Contains("1.png: expected a whole picture", Assert.Throws<InvalidDataException>(() => ImageFile.Load(broken)).Message, StringComparison.Ordinal);
        Assert.Contains("2.png: expected a picture", Assert.Throws<InvalidDataException>(() => ImageFile.Load(_folder["set/a/2.png"])).Message, StringComparison.Ordinal);
        string message = Assert.Throws<IOException>(() =>
        {
            foreach (Batch batch in new ImageFolder(_folder["set"], 8, 8).ToDataset(Device.Cpu).Batches(3, shuffle: false))
            {
                batch.X.ToArray<float>();
            }
        }).Message;
        Assert.Contains("1.png", message, StringComparison.Ordinal);
        ImageFolder folder = new(_folder["set"], 8, 8, skipDamaged: true);
        Assert.Equal(["1.png", "2.png"], folder.Skipped.Select(Path.GetFileName));
        Assert.Equal(1, folder.ToDataset(Device.Cpu).Count);
    }

    [Fact]
    public void What_is_no_folder_of_classes_is_refused()
    {
        Assert.Contains("none of this name", Assert.Throws<DirectoryNotFoundException>(() => new ImageFolder(_folder["no"], 8, 8)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["set"]);
        Assert.Contains("found no folders", Assert.Throws<InvalidDataException>(() => new ImageFolder(_folder["set"], 8, 8)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["set/a"]);
        Assert.Contains("expected pictures", Assert.Throws<InvalidDataException>(() => new ImageFolder(_folder["set"], 8, 8)).Message, StringComparison.Ordinal);
        Assert.Contains("not 4", Assert.Throws<ArgumentOutOfRangeException>(() => new ImageFolder(_folder["set"], 8, 8, channels: 4)).Message, StringComparison.Ordinal);
        Assert.Contains("found no file", Assert.Throws<FileNotFoundException>(() => ImageFile.Load(_folder["a.png"])).Message, StringComparison.Ordinal);
    }

    private static float[] Walked(Dataset data)
    {
        List<float> numbers = [];
        foreach ((Tensor x, Tensor y) in data.Map(new Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])).Batches(6, seed: 7, epoch: 1))
        {
            numbers.AddRange([.. x.ToArray<float>(), .. y.ToArray<int>()]);
        }

        return [.. numbers];
    }

    private void Write(string name, int width, int height, Func<int, int, SKColor> colour)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                bitmap.SetPixel(x, y, colour(x, y));
            }
        }

        using FileStream file = File.Create(_folder[name]);
        Assert.True(bitmap.Encode(file, SKEncodedImageFormat.Png, 100));
    }
}

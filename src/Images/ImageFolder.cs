using DeepSharp.Data;

namespace DeepSharp.Images;

/// <summary>Pictures in folders, a folder for each class: torchvision's ImageFolder.</summary>
/// <remarks>
/// Classes are the folders' names in the order of their characters; pictures are the files in them, at any depth, that are called .png, .jpg,
/// .jpeg, .webp, .bmp or .gif, in the order of their paths. A thread decodes them while batches are worked on, brings them to one size, and
/// keeps nothing, so that there may be more than fit in memory. Colours are those of the file; transparency and the turn that cameras note beside the pixels
/// (EXIF) are left out, as torchvision does.
/// </remarks>
public sealed class ImageFolder
{
    private static readonly string[] s_endings = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];
    private readonly Func<ImageRows> _rows;
    private readonly string _text;

    /// <summary>Finds the pictures of a folder.</summary>
    /// <param name="folder">The folder with a folder for each class.</param>
    /// <param name="height">The height of samples.</param>
    /// <param name="width">Their width.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <param name="fit">How pictures of another shape come to that size.</param>
    /// <param name="skipDamaged">Whether damaged files are left out (<see cref="Skipped"/>), for which all are decoded once here; else one is an error where a
    /// batch wants it, which names the file.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It has no folders, or one of them has no pictures.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below one, or there are neither 1 nor 3 channels.</exception>
    public ImageFolder(string folder, int height, int width, int channels = 3, ImageFit fit = ImageFit.Crop, bool skipDamaged = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ImageFile.CheckChannels(channels);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: expected a folder with a folder for each class, and found none of this name.");
        }

        Classes = [.. Directory.GetDirectories(folder).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        if (Classes.Count == 0)
        {
            throw new InvalidDataException($"{folder}: expected a folder for each class, and found no folders.");
        }

        List<string> paths = [];
        List<int> labels = [];
        List<string> skipped = [];
        for (int label = 0; label < Classes.Count; label++)
        {
            string[] found = Pictures(Path.Combine(folder, Classes[label]));
            foreach (string path in found)
            {
                if (skipDamaged && !IsWhole(path, channels, (height, width), fit))
                {
                    skipped.Add(path);
                    continue;
                }

                paths.Add(path);
                labels.Add(label);
            }
        }

        (Paths, Labels, Skipped) = (paths, labels, skipped);
        string[] files = [.. paths];
        _rows = () => new ImageRows(folder, files, channels, (height, width), fit);
        _text = $"{folder}: {files.Length} pictures of {Classes.Count} classes, {channels} x {height} x {width}";
    }

    /// <summary>The classes by label.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The files of the samples.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The labels of the samples.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The files that were left out because they are damaged.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>The pictures and labels as a data set: batches are Float32 [rows, channels, height, width] in [0, 1] and Int32 labels [rows].</summary>
    /// <param name="device">Where batches are made; <see cref="Device.Default"/> if null.</param>
    /// <param name="prefetch">How many batches are decoded ahead.</param>
    /// <exception cref="InvalidOperationException">All pictures are damaged.</exception>
    public Dataset ToDataset(Device? device = null, int prefetch = 2) => Paths.Count > 0
        ? new Dataset(_rows(), RowSource.FromTensor(Tensor.From([.. Labels], Device.Cpu)), device, prefetch).Scaled(1.0 / 255)
        : throw new InvalidOperationException($"{_text}: all {Skipped.Count} pictures are damaged.");

    /// <summary>The folder, the numbers of pictures and classes, and the shape of a sample.</summary>
    public override string ToString() => _text;

    private static string[] Pictures(string folder)
    {
        string[] found = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(static path => s_endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return found.Length > 0
            ? found
            : throw new InvalidDataException($"{folder}: expected pictures of a class ({string.Join(", ", s_endings)}), and found none.");
    }

    private static bool IsWhole(string path, int channels, (int Height, int Width) size, ImageFit fit)
    {
        try
        {
            _ = Decoder.Decode(path, channels, size, fit);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}

namespace DeepSharp.Data;

/// <summary>Images of digits, or of what a folder of the same form holds: MNIST, Fashion-MNIST, KMNIST.</summary>
/// <remarks>Images stay bytes on the device; batches are Float32, scaled to [0, 1].</remarks>
public sealed class MnistData
{
    private MnistData(Dataset train, Dataset test)
    {
        Train = train;
        Test = test;
    }

    /// <summary>The training set: images [n, 28, 28], labels [n].</summary>
    public Dataset Train { get; }

    /// <summary>The test set.</summary>
    public Dataset Test { get; }

    /// <summary>Reads the four files of a folder, plain or gzipped.</summary>
    /// <param name="folder">The folder with <c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>,
    /// <c>t10k-images-idx3-ubyte</c> and <c>t10k-labels-idx1-ubyte</c>; with or without <c>.gz</c>, with a dot or a dash before
    /// <c>idx</c>.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="classes">How many kinds of images there are: labels must be below it.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, does not fit the others, or has a label that is no class; the message
    /// names the file, what was expected and what was found.</exception>
    public static MnistData Load(string folder, Device? device = null, int classes = 10)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Bounds.AtLeast(1, classes, nameof(MnistData));
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{folder}: expected a folder with the four IDX files and found no folder of this name.");
        }

        Dataset train = LoadPart(folder, "train", device, classes);
        Dataset test = LoadPart(folder, "t10k", device, classes);
        return train.SampleShape == test.SampleShape
            ? new MnistData(train, test)
            : throw new InvalidDataException(
                $"{Find(folder, "t10k-images", 3)}: expected images of {train.SampleShape}, the size of those to train on, and found "
                + $"{test.SampleShape}.");
    }

    /// <summary>Both sets.</summary>
    public override string ToString() => $"train: {Train}\ntest: {Test}";

    private static Dataset LoadPart(string folder, string part, Device? device, int classes)
    {
        string imagePath = Find(folder, $"{part}-images", 3);
        string labelPath = Find(folder, $"{part}-labels", 1);
        Tensor images = IdxFile.Read(imagePath, device);
        Tensor labels = IdxFile.Read(labelPath, device);
        if (images.Rank != 3 || images.Shape[1] == 0 || images.Shape[2] == 0)
        {
            throw new InvalidDataException($"{imagePath}: expected images [n, height, width] and found {images.Shape}.");
        }

        if (labels.Rank != 1)
        {
            throw new InvalidDataException($"{labelPath}: expected labels [n] and found {labels.Shape}.");
        }

        if (images.Shape[0] != labels.Shape[0])
        {
            throw new InvalidDataException(
                $"{labelPath}: expected {images.Shape[0]} labels, one for each image of {Path.GetFileName(imagePath)}, and found "
                + $"{labels.Shape[0]}.");
        }

        byte[] values = labels.ToArray<byte>();
        int wrong = Array.FindIndex(values, label => label >= classes);
        return wrong < 0
            ? new Dataset(images, labels).Scaled(1.0 / 255)
            : throw new InvalidDataException(
                $"{labelPath}: expected labels from 0 to {classes - 1}, and found {values[wrong]} at position {wrong}.");
    }

    private static string Find(string folder, string stem, int axes)
    {
        string[] names = [$"{stem}-idx{axes}-ubyte", $"{stem}.idx{axes}-ubyte", $"{stem}-idx{axes}-ubyte.gz", $"{stem}.idx{axes}-ubyte.gz"];
        foreach (string name in names)
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"{folder}: expected {names[0]} or {names[2]} and found neither.", Path.Combine(folder, names[0]));
    }
}

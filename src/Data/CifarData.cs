namespace DeepSharp.Data;

/// <summary>CIFAR-10 and CIFAR-100 in their binary form: colour images of 32 by 32 pixels.</summary>
/// <remarks>
/// A record is a byte for the label (CIFAR-100: one for the coarse label, then one for the fine) and 3,072 bytes of an image: its red, green and blue
/// planes, each row by row. Images stay bytes on the device; batches are Float32 [rows, 3, 32, 32], scaled to [0, 1]. Source: Krizhevsky, "Learning
/// multiple layers of features from tiny images", 2009, and the page of the data sets.
/// </remarks>
public sealed class CifarData
{
    private const int ImageBytes = 3 * 32 * 32;
    private const int RecordsAtATime = 256;

    private CifarData(Dataset train, Dataset test)
    {
        Train = train;
        Test = test;
    }

    /// <summary>The training set: images [n, 3, 32, 32], labels [n].</summary>
    public Dataset Train { get; }

    /// <summary>The test set.</summary>
    public Dataset Test { get; }

    /// <summary>Reads CIFAR-10.</summary>
    /// <param name="folder">The folder with <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c> and <c>test_batch.bin</c>.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or has a label that is no class; the message names the file, what was expected
    /// and what was found.</exception>
    public static CifarData LoadTen(string folder, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new CifarData(
            Read([.. Enumerable.Range(1, 5).Select(i => Path.Combine(folder, $"data_batch_{i}.bin"))], [10], 0, device),
            Read([Path.Combine(folder, "test_batch.bin")], [10], 0, device));
    }

    /// <summary>Reads CIFAR-100.</summary>
    /// <param name="folder">The folder with <c>train.bin</c> and <c>test.bin</c>.</param>
    /// <param name="coarse">Whether the labels are those of the 20 superclasses instead of the 100 classes.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <inheritdoc cref="LoadTen"/>
    public static CifarData LoadHundred(string folder, bool coarse = false, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new CifarData(
            Read([Path.Combine(folder, "train.bin")], [20, 100], coarse ? 0 : 1, device),
            Read([Path.Combine(folder, "test.bin")], [20, 100], coarse ? 0 : 1, device));
    }

    /// <summary>Both sets.</summary>
    public override string ToString() => $"train: {Train}\ntest: {Test}";

    private static Dataset Read(string[] paths, int[] classes, int label, Device? device)
    {
        int record = classes.Length + ImageBytes;
        FileStream[] files = new FileStream[paths.Length];
        try
        {
            long total = 0;
            for (int i = 0; i < paths.Length; i++)
            {
                files[i] = InputFile.Open(paths[i], "a file of CIFAR images", seeks: true);
                total += files[i].Length > 0 && files[i].Length % record == 0
                    ? files[i].Length / record
                    : throw new InvalidDataException($"{paths[i]}: expected records of {record} bytes, at least one, and found {files[i].Length} bytes.");
            }

            if (ElementBytes.ShapeOf([total, 3, 32, 32]) is not { } shape)
            {
                throw new InvalidDataException($"{paths[0]}: expected at most {int.MaxValue / ImageBytes} images, and found {total}.");
            }

            byte[] labels = new byte[shape[0]];
            Tensor images = Tensor.Uninitialized(shape, DType.UInt8, device ?? Device.Default, nameof(CifarData));
            try
            {
                int done = 0;
                for (int i = 0; i < files.Length; i++)
                {
                    done = Fill(files[i], paths[i], classes, label, images, labels, done);
                }

                return new Dataset(images, Tensor.From(labels, device)).Scaled(1.0 / 255);
            }
            catch
            {
                images.Dispose();
                throw;
            }
        }
        finally
        {
            foreach (FileStream? file in files)
            {
                file?.Dispose();
            }
        }
    }

    private static int Fill(FileStream file, string path, int[] classes, int label, Tensor images, byte[] labels, int done)
    {
        int record = classes.Length + ImageBytes;
        byte[] bytes = new byte[RecordsAtATime * record];
        byte[] pixels = new byte[RecordsAtATime * ImageBytes];
        long left = file.Length / record;
        for (int position = 0; left > 0;)
        {
            int count = (int)Math.Min(left, RecordsAtATime);
            int read = file.ReadAtLeast(bytes.AsSpan(0, count * record), count * record, throwOnEndOfStream: false);
            if (read < count * record)
            {
                throw new InvalidDataException($"{path}: expected {left} more records of {record} bytes, and found only {read} bytes of them.");
            }

            for (int i = 0; i < count; i++, position++)
            {
                ReadOnlySpan<byte> one = bytes.AsSpan(i * record, record);
                for (int kind = 0; kind < classes.Length; kind++)
                {
                    if (one[kind] >= classes[kind])
                    {
                        throw new InvalidDataException(
                            $"{path}: expected labels from 0 to {classes[kind] - 1}, and found {one[kind]} in record {position}.");
                    }
                }

                labels[done + i] = one[label];
                one[classes.Length..].CopyTo(pixels.AsSpan(i * ImageBytes));
            }

            images.Storage.Block.Upload<byte>(pixels.AsSpan(0, count * ImageBytes), (long)done * ImageBytes);
            done += count;
            left -= count;
        }

        return done;
    }
}

using DeepSharp.Data;

namespace DeepSharp.Tests;

public class MnistDataTests
{
    private static string Bundled => Path.Combine(AppContext.BaseDirectory, "mnist");

    // Numbers of the published files: 60,000 and 10,000 digits of 28 x 28; the mean of the training pixels, scaled to [0, 1], is
    // 0.1307 and their standard deviation 0.3081; the counts of the digits are those of LeCun's page.
    [Fact]
    public void The_bundled_digits_are_MNIST()
    {
        MnistData digits = MnistData.Load(Bundled, Device.Cpu);
        Assert.Equal(60_000, digits.Train.Count);
        Assert.Equal(10_000, digits.Test.Count);
        Assert.Equal(new Shape(28, 28), digits.Train.SampleShape);
        byte[] labels = digits.Train.Targets.ToArray<byte>();
        Assert.Equal([5, 0, 4, 1, 9], labels[..5]);
        Assert.Equal([7, 2, 1, 0, 4], digits.Test.Targets.ToArray<byte>()[..5]);
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], Enumerable.Range(0, 10).Select(digit => labels.Count(l => l == digit)));
        int[] counts = new int[256];
        foreach (byte pixel in digits.Train.Features.ToArray<byte>())
        {
            counts[pixel]++;
        }

        double mean = Average(static p => p);
        Assert.Equal(0.1307, mean, 5e-5);
        Assert.Equal(0.3081, Math.Sqrt(Average(p => Math.Pow(p - mean, 2))), 5e-5);

        double Average(Func<double, double> function) => counts.Select((count, p) => count * function(p / 255.0)).Sum() / counts.Sum();
    }

    [Fact]
    public void Batches_of_the_bundled_digits_are_scaled_to_one()
    {
        MnistData digits = MnistData.Load(Bundled, Device.Cpu);
        byte[] first = digits.Test.Features[0].ToArray<byte>();
        foreach ((Tensor x, Tensor y) in digits.Test.Take(2).Batches(2, shuffle: false))
        {
            Assert.Equal(new Shape(2, 28, 28), x.Shape);
            Assert.Equal(first.Select(static p => p * (1f / 255)), x[0].ToArray<float>());
            Assert.Equal([7, 2], y.ToArray<byte>());
        }
    }

    [Theory]
    [InlineData("-", "", false)]
    [InlineData(".", "", false)]
    [InlineData("-", ".gz", true)]
    [InlineData(".", ".gz", true)]
    public void Names_with_dash_or_dot_plain_or_gzipped_are_found(string mark, string end, bool zipped)
    {
        using TemporaryFolder folder = new();
        WriteAll(folder, mark, end, zipped);
        MnistData digits = MnistData.Load(folder["."], Device.Cpu);
        Assert.Equal(3, digits.Train.Count);
        Assert.Equal(2, digits.Test.Count);
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte", new[] { 3, 4 }, "[n, height, width]", "[3, 4]")]
    [InlineData("train-images-idx3-ubyte", new[] { 3, 0, 4 }, "[n, height, width]", "[3, 0, 4]")]
    [InlineData("t10k-labels-idx1-ubyte", new[] { 2, 1 }, "labels [n]", "[2, 1]")]
    [InlineData("t10k-labels-idx1-ubyte", new[] { 3 }, "expected 2 labels", "found 3")]
    [InlineData("t10k-images-idx3-ubyte", new[] { 2, 4, 6 }, "expected images of [4, 5]", "found [4, 6]")]
    public void Files_that_do_not_fit_are_named(string name, int[] dims, string expected, string found)
    {
        using TemporaryFolder folder = new();
        WriteAll(folder, "-", string.Empty, zipped: false);
        IdxFileTests.Write(folder[name], IdxFileTests.Make(dims, new byte[new Shape(dims).Size]), zipped: false);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => MnistData.Load(folder["."], Device.Cpu));
        Assert.StartsWith(Path.Combine(folder["."], name), error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train-labels-idx1-ubyte", new byte[] { 0, 9, 10 }, 10, "from 0 to 9, and found 10 at position 2")]
    [InlineData("t10k-labels-idx1-ubyte", new byte[] { 77, 200 }, 10, "from 0 to 9, and found 77 at position 0")]
    [InlineData("train-labels-idx1-ubyte", new byte[] { 0, 3, 1 }, 3, "from 0 to 2, and found 3 at position 1")]
    public void Labels_that_are_no_class_are_named(string name, byte[] labels, int classes, string says)
    {
        using TemporaryFolder folder = new();
        WriteAll(folder, "-", string.Empty, zipped: false);
        IdxFileTests.Write(folder[name], IdxFileTests.Make([labels.Length], labels), zipped: false);
        string message = Assert.Throws<InvalidDataException>(() => MnistData.Load(folder["."], Device.Cpu, classes)).Message;
        Assert.StartsWith(Path.Combine(folder["."], name) + ": expected labels ", message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);

        // With more classes they are labels as good as any.
        MnistData read = MnistData.Load(folder["."], Device.Cpu, 256);
        Assert.Equal(labels, (name[1] == 'r' ? read.Train : read.Test).Targets.ToArray<byte>());
    }

    [Fact]
    public void Missing_files_and_folders_are_named()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("nowhere", Assert.Throws<DirectoryNotFoundException>(() => MnistData.Load(folder["nowhere"])).Message, StringComparison.Ordinal);
        WriteAll(folder, "-", string.Empty, zipped: false);
        File.Delete(folder["t10k-labels-idx1-ubyte"]);
        Assert.Contains(
            "t10k-labels-idx1-ubyte", Assert.Throws<FileNotFoundException>(() => MnistData.Load(folder["."])).Message, StringComparison.Ordinal);
    }

    private static void WriteAll(TemporaryFolder folder, string mark, string end, bool zipped)
    {
        IdxFileTests.Write(folder[$"train-images{mark}idx3-ubyte{end}"], IdxFileTests.Make([3, 4, 5], new byte[60]), zipped);
        IdxFileTests.Write(folder[$"train-labels{mark}idx1-ubyte{end}"], IdxFileTests.Make([3], new byte[3]), zipped);
        IdxFileTests.Write(folder[$"t10k-images{mark}idx3-ubyte{end}"], IdxFileTests.Make([2, 4, 5], new byte[40]), zipped);
        IdxFileTests.Write(folder[$"t10k-labels{mark}idx1-ubyte{end}"], IdxFileTests.Make([2], new byte[2]), zipped);
    }
}

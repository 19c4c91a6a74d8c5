using System.IO.Compression;
using DeepSharp.Data;
using DeepSharp.Persistence;

namespace DeepSharp.Tests;

/// <summary>Samples that are read as batches want them.</summary>
public class SourceTests
{
    private const int Count = 53;

    public static TheoryData<string, DType> Kinds
    {
        get
        {
            TheoryData<string, DType> kinds = [];
            foreach (string kind in (string[])["npy", "npy big-endian", "safetensors", "tensor"])
            {
                foreach (DType dtype in (DType[])[DType.UInt8, DType.Int32, DType.Int64, DType.Float32, DType.Float64])
                {
                    kinds.Add(kind, dtype);
                }
            }

            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Batches_are_those_of_tensors_to_the_bit(string kind, DType dtype)
    {
        using TemporaryFolder folder = new();
        using Tensor x = Tensor.Uniform([Count, 3, 5], 0, 200, generator: new Generator(3), device: Device.Cpu).To(dtype);
        using Tensor y = Tensor.Arange(Count, DType.Int64, Device.Cpu);
        using RowSource features = Stored(folder, kind, x, "x");
        using RowSource targets = Stored(folder, kind, y, "y");
        Assert.Equal((Count, new Shape(3, 5), dtype), (features.Count, features.SampleShape, features.DType));
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            Dataset here = new(x.To(device), y.To(device));
            Dataset there = new(features, targets, device);
            bool scales = dtype is not (DType.Int32 or DType.Int64);
            Same(here, there);
            Same(here.Slice(5, 30), there.Slice(5, 30));
            Same(here.Split(0.7, seed: 2).Second.Split(0.5, seed: 3).First, there.Split(0.7, seed: 2).Second.Split(0.5, seed: 3).First);
            Same(here.KFold(3, seed: 1)[1].Train, there.KFold(3, seed: 1)[1].Train);
            Same(here.ClassBalanced(), there.ClassBalanced());
            if (scales)
            {
                Same(here.Scaled(1.0 / 255, -0.5), there.Scaled(1.0 / 255, -0.5));
            }

            Assert.Equal(here.Split(0.5, seed: 1).First.Targets.ToArray<long>(), there.Split(0.5, seed: 1).First.Targets.ToArray<long>());
            Assert.Same(TestDevice.Gpu, there.To(TestDevice.Gpu).Device);
        }
    }

    [Fact]
    public void An_IDX_file_is_mapped()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["train-images-idx3-ubyte", "train-labels-idx1-ubyte"])
        {
            using FileStream packed = File.OpenRead(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "mnist"), name + "*.gz").Single());
            using GZipStream content = new(packed, CompressionMode.Decompress);
            using FileStream plain = File.Create(folder[name]);
            content.CopyTo(plain);
        }

        using RowSource images = RowSource.FromIdx(folder["train-images-idx3-ubyte"]);
        using RowSource labels = RowSource.FromIdx(folder["train-labels-idx1-ubyte"]);
        Dataset mapped = new Dataset(images, labels, Device.Cpu).Scaled(1.0 / 255);
        Dataset loaded = MnistData.Load(Path.Combine(AppContext.BaseDirectory, "mnist"), Device.Cpu).Train;
        foreach ((Batch here, Batch there) in loaded.Batches(512, seed: 1, epoch: 1).Take(5).Zip(mapped.Batches(512, seed: 1, epoch: 1).Take(5)))
        {
            Assert.Equal(here.X.ToArray<float>(), there.X.ToArray<float>());
            Assert.Equal(here.Y.ToArray<byte>(), there.Y.ToArray<byte>());
        }

        string zipped = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "mnist"), "train-images*.gz").Single();
        Assert.Contains("decompress", Assert.Throws<InvalidDataException>(() => RowSource.FromIdx(zipped)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_sources_go_together()
    {
        using Tensor a = Tensor.Arange(20, device: Device.Cpu);
        using Tensor b = Tensor.Arange(20, DType.Int64, Device.Cpu);
        Dataset here = new([a, b], [b, a]);
        Dataset there = new([RowSource.FromTensor(a), RowSource.FromTensor(b)], [RowSource.FromTensor(b), RowSource.FromTensor(a)], Device.Cpu);
        foreach ((Batch one, Batch two) in here.Batches(6, epoch: 1).Zip(there.Batches(6, epoch: 1)))
        {
            Assert.Equal(one.Xs[1].ToArray<long>(), two.Xs[1].ToArray<long>());
            Assert.Equal(one.Ys[1].ToArray<float>(), two.Ys[1].ToArray<float>());
        }

        using Tensor c = Tensor.Arange(19, device: Device.Cpu);
        Assert.Contains("19", Assert.Throws<ArgumentException>(() => new Dataset(RowSource.FromTensor(a), RowSource.FromTensor(c))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dataset(RowSource.FromTensor(a), RowSource.FromTensor(a), prefetch: 0));
        Assert.Contains("Bool", Assert.Throws<ArgumentException>(() => new Dataset(RowSource.FromTensor(Tensor.From([true], Device.Cpu)), RowSource.FromTensor(Tensor.From([true], Device.Cpu)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_goes_wrong_while_reading_is_thrown_in_the_loop_with_the_sample()
    {
        Counting source = new(100) { Bad = 42 };
        List<int> seen = [];
        IOException error = Assert.Throws<IOException>(() =>
        {
            foreach ((Tensor x, Tensor _) in new Dataset(source, RowSource.FromTensor(Tensor.Arange(100, device: Device.Cpu)), Device.Cpu).Batches(10, shuffle: false))
            {
                seen.AddRange(x.ToArray<int>());
            }
        });
        Assert.Equal(Enumerable.Range(0, 40), seen);
        Assert.Contains("sample 42", error.Message, StringComparison.Ordinal);
        Assert.Contains("Counting", error.Message, StringComparison.Ordinal);
        Assert.Contains("scratched", error.Message, StringComparison.Ordinal);
        Assert.IsType<FormatException>(error.InnerException);
        using Tensor outside = Tensor.Zeros(1, device: Device.Cpu);
        Assert.False(outside.BelongsToScope);
        NoReader();
    }

    [Fact]
    public void A_file_that_is_cut_off_while_it_is_read_is_an_error_with_its_path()
    {
        using TemporaryFolder folder = new();
        Npy.Save(folder["x.npy"], Tensor.Arange(100_000, device: Device.Cpu).Reshape(1000, 100));
        using RowSource source = RowSource.FromNpy(folder["x.npy"]);
        using (FileStream file = new(folder["x.npy"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(1000);
        }

        IOException error = Assert.Throws<IOException>(() => new Dataset(source, RowSource.FromTensor(Tensor.Arange(1000, device: Device.Cpu)), Device.Cpu).Batches(10).First());
        Assert.Contains(folder["x.npy"], error.Message, StringComparison.Ordinal);
        Assert.Contains("cut", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_that_ends_early_leaves_no_thread_and_no_memory()
    {
        Counting source = new(1000);
        Dataset data = new(source, RowSource.FromTensor(Tensor.Arange(1000, device: Device.Cpu)), Device.Cpu);
        Assert.NotEmpty(data.Batches(10));
        NoReader();
        long live = Device.Cpu.Statistics.LiveBytes;
        for (int i = 0; i < 20; i++)
        {
            foreach (Batch batch in data.Batches(10))
            {
                if (batch.X.ToArray<int>()[0] % 2 == i % 2)
                {
                    break;
                }
            }

            Assert.Throws<ArithmeticException>(() =>
            {
                foreach (Batch _ in data.Batches(10))
                {
                    throw new ArithmeticException();
                }
            });
        }

        NoReader();
        Assert.InRange(Device.Cpu.Statistics.LiveBytes, 0, live);
    }

    [Fact]
    public void Few_batches_are_read_ahead()
    {
        Counting source = new(1000);
        Dataset data = new(source, RowSource.FromTensor(Tensor.Arange(1000, device: Device.Cpu)), Device.Cpu, prefetch: 3);
        int batch = 0;
        foreach (Batch _ in data.Batches(10))
        {
            batch++;
            Thread.Sleep(1);

            // Three wait, one is on its way into the queue.
            Assert.InRange(source.Reads, batch * 10, (batch + 4) * 10);
        }

        Assert.Equal(1000, source.Reads);
        Assert.Equal(100, batch);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("emulated")]
    public void No_step_grows_anything(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        using Tensor x = Tensor.Uniform([400, 1, 4, 4], device: Device.Cpu);
        Dataset data = new Dataset(RowSource.FromTensor(x), RowSource.FromTensor(Tensor.Arange(400, DType.Int32, Device.Cpu)), device)
            .Map(new RandomAffine((-10, 10)), new RandomErasing(), new GaussianNoise(0.1), new MixUp(400));
        Walk();
        (DeviceStatistics before, DeviceStatistics host) = (device.Statistics, Device.Cpu.Statistics);
        for (int i = 0; i < 3; i++)
        {
            Walk();
        }

        Assert.InRange(device.Statistics.LiveBytes, 0, before.LiveBytes);
        Assert.InRange(Device.Cpu.Statistics.LiveBytes, 0, host.LiveBytes);

        // How far the reader is ahead hangs on the machine: a few blocks at most.
        Assert.InRange(device.Statistics.Allocations + Device.Cpu.Statistics.Allocations - before.Allocations - host.Allocations, 0, 12);

        void Walk()
        {
            foreach (Batch _ in data.Batches(20))
            {
            }
        }
    }

    [Fact]
    public void A_closed_source_is_an_error_and_no_crash()
    {
        using TemporaryFolder folder = new();
        Npy.Save(folder["x.npy"], Tensor.Arange(100, device: Device.Cpu));
        RowSource source = RowSource.FromNpy(folder["x.npy"]);
        Dataset data = new(source, RowSource.FromTensor(Tensor.Arange(100, device: Device.Cpu)), Device.Cpu);
        Assert.NotEmpty(data.Batches(10));
        source.Dispose();
        Assert.ThrowsAny<Exception>(() => data.Batches(10).First());
    }

    [Fact]
    public void Files_that_cannot_be_mapped_are_refused()
    {
        using TemporaryFolder folder = new();
        Assert.Throws<FileNotFoundException>(() => RowSource.FromNpy(folder["none.npy"]));
        Npy.Save(folder["scalar.npy"], Tensor.Scalar(1, device: Device.Cpu));
        Assert.Throws<InvalidDataException>(() => RowSource.FromNpy(folder["scalar.npy"]));
        byte[] bytes = Saved(folder, Tensor.Zeros([4, 3], device: Device.Cpu));
        File.WriteAllBytes(folder["short.npy"], bytes[..^1]);
        Assert.Contains("48 bytes", Assert.Throws<InvalidDataException>(() => RowSource.FromNpy(folder["short.npy"])).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder["fortran.npy"], [.. bytes.Select((b, i) => b)]);
        string text = System.Text.Encoding.Latin1.GetString(bytes).Replace("'fortran_order': False", "'fortran_order': True ", StringComparison.Ordinal);
        File.WriteAllBytes(folder["fortran.npy"], System.Text.Encoding.Latin1.GetBytes(text));
        Assert.Contains("ascontiguousarray", Assert.Throws<InvalidDataException>(() => RowSource.FromNpy(folder["fortran.npy"])).Message, StringComparison.Ordinal);
        SafeTensors.Save(folder["x.safetensors"], new Dictionary<string, Tensor> { ["a"] = Tensor.Zeros([2, 2], device: Device.Cpu) });
        Assert.Throws<KeyNotFoundException>(() => RowSource.FromSafeTensors(folder["x.safetensors"], "b"));
        Assert.Throws<ArgumentException>(() => RowSource.FromTensor(Tensor.Scalar(1, device: Device.Cpu)));
    }

    [Fact]
    public void An_array_is_written_in_parts_as_a_whole()
    {
        using TemporaryFolder folder = new();
        using Tensor whole = Tensor.Arange(60, device: Device.Cpu).Reshape(10, 2, 3);
        Npy.Save(folder["parts.npy"], 10, ((Tensor[])[whole[..4], whole[4..5], whole[5..]]).Select(static part => part.Clone()));
        Assert.Equal(Saved(folder, whole), File.ReadAllBytes(folder["parts.npy"]));
        Assert.Throws<ArgumentException>(() => Npy.Save(folder["parts.npy"], 11, [whole.Clone()]));
        Assert.Throws<ArgumentException>(() => Npy.Save(folder["parts.npy"], 12, [whole.Clone(), Tensor.Zeros([2, 3, 2], device: Device.Cpu)]));
        Assert.Throws<ArgumentException>(() => Npy.Save(folder["parts.npy"], 0, []));
        Assert.Equal(Saved(folder, whole), File.ReadAllBytes(folder["parts.npy"]));
    }

    internal static void NoReader()
    {
        // A thread's name is known to Linux alone, cut to 15 letters. The system takes a moment to forget a thread that has ended.
        Assert.True(!OperatingSystem.IsLinux() || SpinWait.SpinUntil(
            static () => !Directory.GetDirectories("/proc/self/task").Select(NameOf).Contains("DeepSharp data "), TimeSpan.FromSeconds(5)));

        static string NameOf(string task)
        {
            try
            {
                return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n');
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    private static void Same(Dataset here, Dataset there)
    {
        Assert.Equal((here.Count, here.SampleShape), (there.Count, there.SampleShape));
        foreach (BatchSequence[] pair in (BatchSequence[][])[
            [here.Batches(8, seed: 2, epoch: 3), there.Batches(8, seed: 2, epoch: 3)], [here.Batches(8, shuffle: false), there.Batches(8, shuffle: false)],
            [here.Batches(7, seed: 2), there.Batches(7, seed: 2)], [here.Batches(7, seed: 1, epoch: 1, dropLast: true).Skip(2), there.Batches(7, seed: 1, epoch: 1, dropLast: true).Skip(2)]])
        {
            Assert.Equal(pair[0].Count, pair[1].Count);
            int batches = 0;
            foreach ((Batch one, Batch two) in pair[0].Zip(pair[1]))
            {
                Assert.Equal((one.X.Shape, one.X.DType, one.Y.Shape, one.Y.DType), (two.X.Shape, two.X.DType, two.Y.Shape, two.Y.DType));
                Assert.Equal(Bits(one.X), Bits(two.X));
                Assert.Equal(Bits(one.Y), Bits(two.Y));
                Assert.Same(here.Device, two.X.Device);
                batches++;
            }

            Assert.Equal(pair[0].Count, batches);
        }

        static double[] Bits(Tensor tensor) => tensor.To(Device.Cpu).To(DType.Float64).ToArray<double>();
    }

    private static byte[] Saved(TemporaryFolder folder, Tensor tensor)
    {
        Npy.Save(folder["saved.npy"], tensor);
        return File.ReadAllBytes(folder["saved.npy"]);
    }

    private static RowSource Stored(TemporaryFolder folder, string kind, Tensor tensor, string name)
    {
        switch (kind)
        {
            case "npy":
                Npy.Save(folder[name + ".npy"], tensor);
                return RowSource.FromNpy(folder[name + ".npy"]);
            case "npy big-endian":
                byte[] bytes = Saved(folder, tensor);
                int size = tensor.DType.Size;
                int start = bytes.Length - (tensor.Count * size);
                for (int i = start; i < bytes.Length; i += size)
                {
                    bytes.AsSpan(i, size).Reverse();
                }

                int order = bytes.AsSpan(0, start).IndexOf((byte)'<');
                if (order >= 0)
                {
                    bytes[order] = (byte)'>';
                }

                File.WriteAllBytes(folder[name + ".npy"], bytes);
                return RowSource.FromNpy(folder[name + ".npy"]);
            case "safetensors":
                SafeTensors.Save(folder[name + ".safetensors"], new Dictionary<string, Tensor> { ["other"] = Tensor.Arange(7, device: Device.Cpu), [name] = tensor });
                return RowSource.FromSafeTensors(folder[name + ".safetensors"], name);
            default:
                return RowSource.FromTensor(tensor);
        }
    }

    private sealed class Counting(int count) : RowSource
    {
        private int _reads;

        internal int Bad { get; init; } = -1;

        internal int Reads => Volatile.Read(ref _reads);

        public override int Count => count;

        public override Shape SampleShape => Shape.Scalar;

        public override DType DType => DType.Int32;

        public override void Read(int sample, Span<byte> row)
        {
            Interlocked.Increment(ref _reads);
            if (sample == Bad)
            {
                throw new FormatException("the disk is scratched");
            }

            BitConverter.TryWriteBytes(row, sample);
        }
    }
}

using DeepSharp.Images;
using DeepSharp.Logging;

namespace DeepSharp.Tests;

/// <summary>Event files against those of PyTorch's SummaryWriter, which tests/golden/events/make_events.py makes with a clock that stands.</summary>
public class EventFileTests
{
    private const double Time = 1700000000.25;

    // The check value of CRC-32C in the catalogue of parametrised CRC algorithms.
    [Fact]
    public void The_checksum_is_Castagnolis() => Assert.Equal(0xE3069283u, RecordStream.Crc32C("123456789"u8));

    [Fact]
    public void Scalars_are_PyTorchs_to_the_byte() => AssertSame("scalars", null, static events =>
    {
        events.AddScalar("epoch/loss", 0.5, 0);
        events.AddScalar("epoch/loss", -0.25, 1);
        events.AddScalar("epoch/loss", 0, 200);
        events.AddScalar("epoch/loss", 1e-30, 3_000_000_000);
        events.AddScalar("a name of ü", BitConverter.UInt32BitsToSingle(0x7FC00000), 7);
    });

    [Fact]
    public void Histograms_are_PyTorchs_to_the_byte() => AssertSame("histograms", null, static events =>
    {
        events.AddHistogram("numbers", Tensor.From<double>([-2.5, -0.5, 0, 0, 0.25, 1.5, 4, 1024], Device.Cpu).Reshape(2, 4), 3);
        events.AddHistogram("zeros", Tensor.Zeros(5, DType.Int32, Device.Cpu), 4);
        events.AddHistogram("one", Tensor.From([float.NaN, -0.75f, float.PositiveInfinity], Device.Cpu), 0);
        events.AddHistogram("nothing", Tensor.From([float.NaN], Device.Cpu), 0);
    });

    // PyTorch's name of a text ends so; TensorBoard asks for the plugin's name.
    [Fact]
    public void Texts_are_PyTorchs_to_the_byte() => AssertSame("texts", null, static events => events.AddText("model/text_summary", "# Über\n\nBernoulli · 1", 5));

    [Theory]
    [InlineData(11, 12)]
    [InlineData(0, 12)]
    public void A_training_that_goes_on_voids_what_comes_later_as_PyTorchs(int purge, int step) =>
        AssertSame($"purged_{purge}", purge, events => events.AddScalar("loss", 0.125, step));

    [Fact]
    public void Hyper_parameters_are_PyTorchs_to_the_byte() => AssertSame("hyper_parameters", null, static events =>
    {
        events.AddHyperParameters(new Dictionary<string, object> { ["rate"] = 0.5 }, "epoch/loss");
        events.AddEnd();
        events.AddHyperParameters(new Dictionary<string, object> { ["name"] = "adam" }, "epoch/loss", "epoch/accuracy");
    });

    // PyTorch takes truth values for numbers; the plugin has a type of their own (2 in its api.proto), and google.protobuf.Value field 4.
    [Fact]
    public void Truth_values_stay_truth_values()
    {
        using TemporaryFolder folder = new();
        using (EventFileWriter events = Writer(folder["run"], null))
        {
            events.AddHyperParameters(new Dictionary<string, object> { ["on"] = false });
        }

        byte[][] found = [.. EventRecords.Read(Directory.GetFiles(folder["run"])[0]).Skip(1)
            .Select(static record => ((Google.Protobuf.ByteString)EventRecords.Fields(record)["5.1.9.1.2"]).ToByteArray())];
        Assert.Equal([0x12, 8, 0x22, 6, 0x0A, 2, (byte)'o', (byte)'n', 0x20, 2], found[0]);
        Assert.Equal([0x1A, 10, 0x0A, 8, 0x0A, 2, (byte)'o', (byte)'n', 0x12, 2, 0x20, 0], found[1]);
    }

    // Its PNG is packed by another program: what is around it is the same, and the pixels are.
    [Theory]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Float32)]
    public void Images_have_PyTorchs_pixels(DType dtype)
    {
        using TemporaryFolder folder = new();
        byte[] golden = EventRecords.Read(Golden("images"))[1];
        byte[] png = Png(golden);
        Assert.Equal(golden, EventMessages.Image(Time, 2, "image", 4, 5, 3, png));
        File.WriteAllBytes(folder["golden.png"], png);
        Tensor image = (Tensor.Arange(60, device: Device.Cpu).Reshape(3, 4, 5) * 4).To(DType.UInt8);
        using (EventFileWriter events = Writer(folder["run"], null))
        {
            events.AddImage("image", dtype == DType.UInt8 ? image : image.To(dtype) / 255, 2);
        }

        File.WriteAllBytes(folder["ours.png"], Png(EventRecords.Read(Directory.GetFiles(folder["run"])[0])[1]));
        Assert.Equal(image.ToArray<byte>(), ImageFile.Load(folder["golden.png"], device: Device.Cpu).ToArray<byte>());
        Assert.Equal(image.ToArray<byte>(), ImageFile.Load(folder["ours.png"], device: Device.Cpu).ToArray<byte>());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 300)]
    [InlineData(256, 3)]
    public void Grey_pictures_of_any_size_are_read_as_they_were(int height, int width)
    {
        using TemporaryFolder folder = new();
        byte[] pixels = new byte[height * width];
        new Random(height).NextBytes(pixels);
        File.WriteAllBytes(folder["grey.png"], PngEncoder.Encode(pixels, 1, height, width));
        Tensor read = ImageFile.Load(folder["grey.png"], channels: 1, device: Device.Cpu);
        Assert.Equal(new Shape(1, height, width), read.Shape);
        Assert.Equal(pixels, read.ToArray<byte>());
    }

    [Fact]
    public void What_cannot_be_written_is_said_with_its_name()
    {
        using TemporaryFolder folder = new();
        using EventFileWriter events = Writer(folder["run"], null);
        Assert.Contains("'when' is of DateTime", Assert.Throws<ArgumentException>(() => events.AddHyperParameters(
            new Dictionary<string, object> { ["when"] = DateTime.UnixEpoch })).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 4, 4] of Float32 is no picture", Assert.Throws<ArgumentException>(
            () => events.AddImage("i", Tensor.Zeros([2, 4, 4], device: Device.Cpu), 0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => events.AddScalar("loss", 1, -1));
        Assert.Throws<ArgumentException>(() => events.AddScalar("", 1, 1));
        events.Dispose();
        Assert.Throws<ObjectDisposedException>(() => events.AddScalar("loss", 1, 1));
        Assert.Single(EventRecords.Read(Directory.GetFiles(folder["run"])[0]));
    }

    // As PyTorch names it: seconds, host, process and a number.
    [Fact]
    public void Files_are_named_so_that_TensorBoard_finds_and_orders_them()
    {
        using TemporaryFolder folder = new();
        using EventFileWriter first = Writer(folder["run"], null);
        using EventFileWriter second = Writer(folder["run"], null);
        Assert.NotEqual(first.Path, second.Path);
        Assert.StartsWith($"events.out.tfevents.1700000000.{Environment.MachineName}.{Environment.ProcessId}.", Path.GetFileName(first.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_write_whole_records()
    {
        using TemporaryFolder folder = new();
        using (EventFileWriter events = Writer(folder["run"], null))
        {
            Parallel.For(0, 8, thread =>
            {
                for (int step = 0; step < 200; step++)
                {
                    events.AddScalar($"thread {thread}", step, step);
                }
            });
        }

        (string Tag, long Step, double Value)[] read = EventRecords.Scalars(folder["run"]);
        Assert.Equal(1600, read.Length);
        Assert.All(read.GroupBy(static scalar => scalar.Tag), static tag => Assert.Equal(Enumerable.Range(0, 200).Select(static i => (long)i), tag.Select(static scalar => scalar.Step)));
    }

    private static void AssertSame(string golden, long? purge, Action<EventFileWriter> write)
    {
        using TemporaryFolder folder = new();
        string file;
        using (EventFileWriter events = Writer(folder["run"], purge))
        {
            file = events.Path;
            write(events);
        }

        // The first record of PyTorch's also names the program that writes (field 10), which is another one here.
        (byte[] theirs, byte[] ours) = (File.ReadAllBytes(Golden(golden)), File.ReadAllBytes(file));
        (int theirFirst, int ourFirst) = (16 + theirs[0], 16 + ours[0]);
        Dictionary<string, object> first = EventRecords.Fields(EventRecords.Read(file)[0]);
        Dictionary<string, object> expected = EventRecords.Fields(EventRecords.Read(Golden(golden))[0]);
        Assert.Equal(expected.Where(static field => field.Key != "10"), first);
        Assert.Equal(Convert.ToHexString(theirs[theirFirst..]), Convert.ToHexString(ours[ourFirst..]));
    }

    private static EventFileWriter Writer(string folder, long? purge) => new(folder, purge, new StandingClock());

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "events", name + ".events");

    private static byte[] Png(byte[] record)
    {
        int start = record.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']);
        int end = record.AsSpan().IndexOf("IEND"u8) + 8;
        return record[start..end];
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(Time);
    }
}

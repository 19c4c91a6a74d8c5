using DeepSharp.Data;

namespace DeepSharp.Tests;

/// <summary>CIFAR's binary files, written as their page describes them.</summary>
public class CifarDataTests
{
    [Fact]
    public void Ten_classes_come_from_six_files()
    {
        using TemporaryFolder folder = new();
        for (int i = 1; i <= 5; i++)
        {
            File.WriteAllBytes(folder[$"data_batch_{i}.bin"], Records(300, 1000 * i, static r => [(byte)(r % 10)]));
        }

        File.WriteAllBytes(folder["test_batch.bin"], Records(7, 9000, static r => [(byte)(r % 10)]));
        CifarData data = CifarData.LoadTen(Path.GetDirectoryName(folder["x"])!, Device.Cpu);
        Assert.Equal((1500, 7), (data.Train.Count, data.Test.Count));
        Assert.Equal(new Shape(3, 32, 32), data.Train.SampleShape);
        byte[] pixels = data.Train.Features.ToArray<byte>();
        Assert.Equal(
            Enumerable.Range(0, 1500).SelectMany(static i => Enumerable.Range(0, 3072).Select(p => Pixel((1000 * ((i / 300) + 1)) + (i % 300), p))), pixels);
        Assert.Equal(Enumerable.Range(0, 1500).Select(static i => (byte)(i % 300 % 10)), data.Train.Targets.ToArray<byte>());
        Assert.Equal(Pixel(9003, 5) * (float)(1.0 / 255), data.Test.Slice(3, 1).Batches(1, shuffle: false).Select(static b => b.X.ToArray<float>()[5]).Single());
        Assert.Contains("1500", data.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_classes_have_two_labels()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["train.bin"], Records(257, 0, static r => [(byte)(r % 20), (byte)(r % 100)]));
        File.WriteAllBytes(folder["test.bin"], Records(3, 500, static r => [(byte)(r % 20), (byte)(r % 100)]));
        string path = Path.GetDirectoryName(folder["x"])!;
        Assert.Equal(Enumerable.Range(0, 257).Select(static r => (byte)(r % 100)), CifarData.LoadHundred(path, device: Device.Cpu).Train.Targets.ToArray<byte>());
        Assert.Equal(Enumerable.Range(0, 257).Select(static r => (byte)(r % 20)), CifarData.LoadHundred(path, coarse: true, Device.Cpu).Train.Targets.ToArray<byte>());
        Assert.Equal(Pixel(502, 3071), CifarData.LoadHundred(path, device: Device.Cpu).Test.Features.ToArray<byte>()[^1]);
    }

    [Fact]
    public void Damaged_files_are_refused_by_name()
    {
        using TemporaryFolder folder = new();
        string path = Path.GetDirectoryName(folder["x"])!;
        byte[] good = Records(3, 0, static r => [1, 2]);
        File.WriteAllBytes(folder["test.bin"], good);
        Refused<FileNotFoundException>("train.bin");
        File.WriteAllBytes(folder["train.bin"], good[..^1]);
        Refused<InvalidDataException>("train.bin", "3074", $"{good.Length - 1}");
        File.WriteAllBytes(folder["train.bin"], []);
        Refused<InvalidDataException>("train.bin", "at least one");
        byte[] wrong = [.. good];
        wrong[3074 + 1] = 100;
        File.WriteAllBytes(folder["train.bin"], wrong);
        Refused<InvalidDataException>("train.bin", "0 to 99", "100", "record 1");
        wrong[3074] = 20;
        File.WriteAllBytes(folder["train.bin"], wrong);
        Refused<InvalidDataException>("0 to 19", "20", "record 1");

        void Refused<T>(params string[] parts)
            where T : Exception
        {
            string message = Assert.Throws<T>(() => CifarData.LoadHundred(path, device: Device.Cpu)).Message;
            Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }

    private static byte Pixel(int record, int place) => (byte)((record * 7) + (place * 13) + (place >> 8));

    private static byte[] Records(int count, int first, Func<int, byte[]> labels) => [.. Enumerable.Range(0, count).SelectMany(r =>
        labels(r).Concat(Enumerable.Range(0, 3072).Select(p => Pixel(first + r, p))))];
}

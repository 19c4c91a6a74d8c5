using DeepSharp.Distributed;

namespace DeepSharp.Tests;

/// <summary>Sums and copies of numbers that say which rank and place they are of.</summary>
internal static class ExchangeCases
{
    internal static void Run(string[] args)
    {
        Communicator world = Communicator.World;
        int size = world.Size;
        int rank = world.Rank;
        Check.Is(int.Parse(args[0]), size, "size");

        // All ranks are on this machine.
        Check.Is(rank, world.LocalRank, "local rank");
        foreach (Device device in new[] { Device.Cpu, Device.Emulated })
        {
            OnDevice(world, device);
        }

        // A block that MPI sends in pieces.
        const int Large = 1_000_003;
        float[] numbers = [.. Enumerable.Range(0, Large).Select(i => (float)((i % 1000) + rank))];
        Tensor large = Tensor.From(numbers);
        Exchange exchange = world.StartAllReduce(large);
        exchange.Wait();
        Check.Is(true, exchange.IsCompleted, "completed");
        float ranks = size * (size - 1) / 2f;
        Check.Equal(Enumerable.Range(0, Large).Select(i => (size * (float)(i % 1000)) + ranks), large.ToArray<float>(), "large sum");

        double[] least = [rank + 1.5, -rank];
        world.AllReduce(least, Reduction.Min);
        Check.Equal([1.5, 1.0 - size], least, "least");

        byte[][] bytes = world.AllGather(Enumerable.Repeat((byte)(rank + 1), rank).ToArray());
        for (int i = 0; i < size; i++)
        {
            Check.Equal(Enumerable.Repeat((byte)(i + 1), i), bytes[i], "bytes");
        }

        // Even and odd ranks by themselves, backwards.
        using (Communicator half = world.Split(rank % 2, -rank))
        {
            int members = (size + 1 - (rank % 2)) / 2;
            Check.Is(members, half.Size, "size of a half");
            Check.Is(members - 1 - (rank / 2), half.Rank, "rank in a half");
            Tensor one = Tensor.From([(long)rank]);
            half.AllReduce(one);
            Check.Is(Enumerable.Range(0, size).Where(i => i % 2 == rank % 2).Sum(static i => (long)i), one.ToArray<long>()[0], "sum of a half");
        }

        world.Barrier();

        // .NET's own use of signals still works.
        Check.Throws<NullReferenceException>(static () => _ = ((string?)null)!.Length);
        Check.Is(true, Check.Throws<ArgumentException>(() => world.AllReduce(Tensor.From([true]))).Message.Contains("Bool"), "types");
        Check.Is(true, Check.Throws<ArgumentOutOfRangeException>(() => world.Broadcast(Tensor.Zeros(1), size)).Message.Contains($"{size}"), "root");
        Console.WriteLine($"rank {rank} of {size}: {Communicator.Library.Split(',')[0].Split('\n')[0]}");
    }

    private static void OnDevice(Communicator world, Device device)
    {
        int size = world.Size;
        int rank = world.Rank;
        int ranks = size * (size - 1) / 2;
        foreach (DType dtype in new[] { DType.Float32, DType.Float64, DType.Int32, DType.Int64 })
        {
            Tensor values = Tensor.From([1.0 + rank, 10 * rank, -3], device).To(dtype);
            world.AllReduce(values);
            Check.Equal([size + ranks, 10 * ranks, -3 * size], values.To(DType.Float64).ToArray<double>(), $"sum of {dtype}");
        }

        Tensor largest = Tensor.From([(float)rank, -rank], device);
        world.AllReduce(largest, Reduction.Max);
        Check.Equal([size - 1f, 0f], largest.ToArray<float>(), "largest");

        foreach (DType dtype in new[] { DType.Float32, DType.Float16, DType.UInt8, DType.Bool, DType.Int64 })
        {
            Tensor copied = Tensor.From([1.0 * (rank == size - 1 ? 1 : 0), 0, 1], device).To(dtype);
            world.Broadcast(copied, size - 1);
            Check.Equal([1.0, 0, 1], copied.To(DType.Float64).ToArray<double>(), $"copy of {dtype}");
        }

        // 7 elements do not divide evenly by 2, 3 and 4.
        Tensor seven = Tensor.From(Enumerable.Range(0, 7).Select(i => (float)((i * i) + rank)).ToArray(), device);
        (int start, int length) = world.PartOf(7, rank);
        Tensor part = Tensor.Zeros(new Shape(length), DType.Float32, device);
        world.ReduceScatter(seven, part);
        Check.Equal(Enumerable.Range(start, length).Select(i => (size * (float)(i * i)) + ranks), part.ToArray<float>(), "part of the sum");
        Check.Equal(Enumerable.Range(0, 7).Select(i => (float)((i * i) + rank)), seven.ToArray<float>(), "source");
        Tensor all = Tensor.Zeros(new Shape(7), DType.Float32, device);
        world.AllGather(part, all);
        Check.Equal(Enumerable.Range(0, 7).Select(i => (size * (float)(i * i)) + ranks), all.ToArray<float>(), "all parts");
        seven.Fill(0);
        seven.Narrow(0, start, length).Fill(rank + 1);
        world.AllGather(seven.Narrow(0, start, length), seven);
        Check.Equal(
            Enumerable.Range(0, size).SelectMany(i => Enumerable.Repeat(i + 1f, world.PartOf(7, i).Length)), seven.ToArray<float>(), "parts in place");
    }
}

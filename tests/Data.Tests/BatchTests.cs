using DeepSharp.Data;

namespace DeepSharp.Tests;

public class BatchTests
{
    public static TheoryData<string> Devices => ["cpu", "emulated"];

    // Sample i of width w: byte (31 i + 7 c) mod 256 in column c.
    private static byte Pixel(int sample, int column) => (byte)((31 * sample) + (7 * column));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Bytes_are_converted_and_scaled_and_targets_move_with_them(string name)
    {
        Device device = DeviceOf(name);
        foreach (int width in (int[])[1, 3, 31, 32, 33, 64, 65, 100])
        {
            const int Count = 37;
            Dataset data = Bytes(Count, width, device).Scaled(1.0 / 255).Scaled(2, -1);
            int seen = 0;
            foreach ((Tensor x, Tensor y) in data.Batches(8, seed: 3, epoch: 2))
            {
                Assert.Equal(DType.Float32, x.DType);
                Assert.Equal(new Shape(y.Count, width), x.Shape);
                int[] samples = y.ToArray<int>();
                float scale = (float)(1.0 / 255 * 2);
                Assert.Equal(
                    samples.SelectMany(i => Enumerable.Range(0, width).Select(c => (Pixel(i, c) * scale) - 1)), x.ToArray<float>());
                seen += samples.Length;
            }

            Assert.Equal(Count, seen);
        }
    }

    [Fact]
    public void Every_width_and_every_number_of_samples_is_gathered()
    {
        float scale = (float)(1.0 / 255);
        foreach (int length in Enumerable.Range(0, 257).Concat([1023, 4099]))
        {
            foreach ((int count, int width) in ((int, int)[])[(5, length), (length, 3)])
            {
                int seen = 0;
                foreach ((Tensor x, Tensor y) in Bytes(count, width, Device.Cpu).Scaled(1.0 / 255).Batches(Math.Max(1, count - 2), seed: 1))
                {
                    int[] samples = y.ToArray<int>();
                    Assert.Equal(new Shape(samples.Length, width), x.Shape);
                    Assert.Equal(samples.SelectMany(i => Enumerable.Range(0, width).Select(c => Pixel(i, c) * scale)), x.ToArray<float>());
                    seen += samples.Length;
                }

                Assert.Equal(count, seen);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Floating_point_features_keep_their_type_and_are_scaled(string name)
    {
        Device device = DeviceOf(name);
        double[] values = [.. Enumerable.Range(0, 60).Select(static i => Math.Sin(i))];
        Dataset doubles = new Dataset(Tensor.From(values, [12, 5], device), Tensor.Arange(12, DType.Int64, device)).Scaled(3, 0.25);
        Dataset floats = new Dataset(Tensor.From(values, [12, 5], device).To(DType.Float32), Tensor.Arange(12, DType.Int64, device)).Scaled(3, 0.25);
        foreach ((Tensor x, Tensor y) in doubles.Batches(5))
        {
            Assert.Equal(y.ToArray<long>().SelectMany(i => Enumerable.Range(0, 5).Select(c => (values[(i * 5) + c] * 3) + 0.25)), x.ToArray<double>());
        }

        foreach ((Tensor x, Tensor y) in floats.Batches(5))
        {
            Assert.Equal(
                y.ToArray<long>().SelectMany(i => Enumerable.Range(0, 5).Select(c => ((float)values[(i * 5) + c] * 3f) + 0.25f)), x.ToArray<float>());
        }
    }

    [Theory]
    [InlineData(DType.UInt8)]
    [InlineData(DType.Bool)]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Targets_of_every_type_and_shape_move_with_their_samples(DType dtype)
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Tensor numbers = Tensor.Arange(20, device: device);
            using Tensor targets = Tensor.Arange(120, DType.Float32, device).Reshape(20, 2, 3).To(dtype);
            double[] all = targets.To(DType.Float64).ToArray<double>();
            foreach ((Tensor x, Tensor y) in new Dataset(numbers, targets).Batches(6))
            {
                Assert.Equal(dtype, y.DType);
                Assert.Equal(new Shape(x.Count, 2, 3), y.Shape);
                Assert.Equal(x.ToArray<float>().SelectMany(i => all[((int)i * 6)..(((int)i * 6) + 6)]), y.To(DType.Float64).ToArray<double>());
            }
        }
    }

    [Theory]
    [InlineData(10, 3, false, new[] { 3, 3, 3, 1 })]
    [InlineData(10, 3, true, new[] { 3, 3, 3 })]
    [InlineData(10, 5, false, new[] { 5, 5 })]
    [InlineData(10, 5, true, new[] { 5, 5 })]
    [InlineData(10, 11, false, new[] { 10 })]
    [InlineData(10, 11, true, new int[0])]
    [InlineData(10, int.MaxValue, false, new[] { 10 })]
    [InlineData(1, 1, false, new[] { 1 })]
    [InlineData(0, 4, false, new int[0])]
    public void The_last_batch_is_kept_or_dropped(int count, int batchSize, bool dropLast, int[] sizes)
    {
        foreach (bool shuffle in (bool[])[false, true])
        {
            BatchSequence batches = Bytes(count, 2, Device.Cpu).Batches(batchSize, shuffle, dropLast: dropLast);
            Assert.Equal(sizes.Length, batches.Count);
            Assert.Equal(sizes, batches.Select(static batch => batch.X.Shape[0]));
        }
    }

    [Fact]
    public void Without_shuffling_samples_keep_their_order() =>
        Assert.Equal(Enumerable.Range(0, 50), Order(Bytes(50, 3, Device.Cpu).Batches(7, shuffle: false)));

    [Fact]
    public void The_order_follows_from_seed_and_epoch_alone()
    {
        Dataset data = Bytes(100, 2, Device.Cpu);
        int[] order = Order(data.Batches(8, seed: 4, epoch: 1));
        Assert.Equal(order, Order(data.Batches(8, seed: 4, epoch: 1)));
        Assert.Equal(order, Order(data.Batches(100, seed: 4, epoch: 1)));
        Assert.Equal(order, Order(Bytes(100, 2, TestDevice.Gpu).Batches(8, seed: 4, epoch: 1)));
        Assert.NotEqual(order, Order(data.Batches(8, seed: 4, epoch: 2)));
        Assert.NotEqual(order, Order(data.Batches(8, seed: 5, epoch: 1)));
        Assert.NotEqual(order, Order(data.Batches(8, shuffle: false)));
        Assert.Equal(Enumerable.Range(0, 100), order.Order());
    }

    [Fact]
    public void A_sequence_can_be_walked_again_and_reset()
    {
        BatchSequence batches = Bytes(10, 2, Device.Cpu).Batches(4, seed: 1, epoch: 1);
        Assert.Equal(Order(batches), Order(batches));
        using BatchSequence.Enumerator walk = batches.GetEnumerator();
        Assert.True(walk.MoveNext());
        int[] first = walk.Current.Y.ToArray<int>();
        Assert.True(walk.MoveNext());
        walk.Reset();
        Assert.True(walk.MoveNext());
        Assert.Equal(first, walk.Current.Y.ToArray<int>());
    }

    [Theory]
    [InlineData(100, 0.8)]
    [InlineData(101, 0.5)]
    [InlineData(7, 0.3)]
    [InlineData(2, 0.5)]
    public void Split_is_disjoint_and_complete_and_follows_from_the_seed(int count, double fraction)
    {
        Dataset data = Bytes(count, 2, Device.Cpu);
        (Dataset first, Dataset second) = data.Split(fraction, seed: 9);
        Assert.Equal((int)Math.Round(count * fraction), first.Count);
        Assert.Equal(count, first.Count + second.Count);
        int[] a = Order(first.Batches(8, shuffle: false));
        int[] b = Order(second.Batches(8, shuffle: false));
        Assert.Equal(Enumerable.Range(0, count), a.Concat(b).Order());
        Assert.Equal(a, Order(data.Split(fraction, seed: 9).First.Batches(3, shuffle: false)));
        Assert.Equal(a.Order(), Order(first.Batches(8, seed: 77)).Order());
        if (count > 50)
        {
            Assert.NotEqual(a.Order(), Order(data.Split(fraction, seed: 10).First.Batches(8)).Order());
            Assert.NotEqual(a, Order(first.Batches(8, seed: 77)));
            Assert.NotEqual(a.Order(), Enumerable.Range(0, first.Count));
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_part_is_split_again_by_the_seed_it_is_given(string name)
    {
        foreach (Dataset data in (Dataset[])[
            Bytes(100, 2, DeviceOf(name)).Scaled(0.5, 1), Numbers<int>(100, DeviceOf(name)), Numbers<long>(100, DeviceOf(name)),
            Numbers<float>(100, DeviceOf(name)), Numbers<double>(100, DeviceOf(name))])
        {
            (Dataset train, Dataset rest) = data.Split(0.6, seed: 1);
            (Dataset validation, Dataset test) = rest.Split(0.5, seed: 2);
            Assert.Equal([60, 20, 20], [train.Count, validation.Count, test.Count]);
            int[] chosen = Order(validation.Batches(9));
            Assert.Equal(
                Enumerable.Range(0, 100), Order(train.Batches(9)).Concat(chosen).Concat(Order(test.Batches(9))).Order());
            Assert.Equal(chosen, Order(rest.Split(0.5, seed: 2).First.Batches(9)));
            Assert.NotEqual(chosen.Order(), Order(rest.Split(0.5, seed: 3).First.Batches(9)).Order());

            // Of three levels, samples stay with their targets, and the scale with the samples.
            foreach ((Tensor x, Tensor y) in validation.Slice(2, 15).Split(0.4, seed: 7).Second.Batches(4))
            {
                double[] expected = [.. y.ToArray<int>().SelectMany(i => x.DType != DType.Float32 || data.Features.DType != DType.UInt8
                    ? [3.0 * i] : (double[])[(Pixel(i, 0) * 0.5) + 1, (Pixel(i, 1) * 0.5) + 1])];
                Assert.Equal(expected, x.To(DType.Float64).ToArray<double>());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Integers_and_unscaled_numbers_move_as_they_are(string name)
    {
        Device device = DeviceOf(name);
        foreach (int width in (int[])[1, 2, 7, 33])
        {
            int[] words = [.. Enumerable.Range(0, 11 * width).Select(static i => (i * 1_234_567) - 5)];
            Same(words);
            Same<long>([.. words.Select(static word => word * 5_000_000_001L)]);
            Same<float>([.. words.Select(static word => word % 3 == 0 ? -0f : 1f / word)]);
            Same<double>([.. words.Select(static word => 1.0 / word)]);

            void Same<T>(T[] values)
                where T : unmanaged
            {
                Dataset data = new(Tensor.From(values, [11, width], device), Tensor.Arange(11, DType.Int32, device));
                foreach ((Tensor x, Tensor y) in data.Batches(4, seed: 6))
                {
                    T[] expected = [.. y.ToArray<int>().SelectMany(i => values[(i * width)..((i + 1) * width)])];
                    Assert.Equal(expected.Select(static v => v.ToString()), x.ToArray<T>().Select(static v => v.ToString()));
                }
            }
        }

        string message = Assert.Throws<InvalidOperationException>(() => Numbers<long>(3, device).Scaled(2)).Message;
        Assert.Contains("Int64", message, StringComparison.Ordinal);
        Assert.Contains("To(DType.Float32)", message, StringComparison.Ordinal);
        Assert.Contains(
            "Bool", Assert.Throws<ArgumentException>(() => new Dataset(Tensor.From([true], device), Tensor.From([1], device))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("gpu")]
    public void A_stretch_is_split_at_random_too(string name)
    {
        // Samples that stand in the order of their class must not leave whole classes to the second part.
        Dataset data = Bytes(120, 2, name == "cpu" ? Device.Cpu : TestDevice.Gpu).Slice(10, 100);
        (Dataset first, Dataset second) = data.Split(0.8, seed: 5);
        int[] a = Order(first.Batches(9, shuffle: false));
        int[] b = Order(second.Batches(9, shuffle: false));
        Assert.Equal(Enumerable.Range(10, 100), a.Concat(b).Order());
        Assert.Equal(80, a.Length);
        Assert.InRange(b.Count(static i => i < 60), 4, 16);
        Assert.Equal(a[20..25], Order(first.Slice(20, 5).Batches(9, shuffle: false)));
        Assert.Equal(a, Order(data.Split(0.8, seed: 5).First.Batches(9, shuffle: false)));
        Assert.Equal(b.Order(), Order(second.Batches(7, seed: 3)).Order());
    }

    [Fact]
    public void A_data_set_moves_to_another_device_with_its_order_and_scale()
    {
        Dataset data = Bytes(50, 3, Device.Cpu).Scaled(0.5, 1);
        (Dataset first, Dataset second) = data.Split(0.6, seed: 4);
        foreach (Dataset part in (Dataset[])[data, data.Take(20), data.Slice(7, 30).Slice(2, 9), first, second, second.Slice(3, 8), data.Slice(5, 20).Split(0.5).Second])
        {
            Dataset moved = part.To(TestDevice.Gpu);
            Assert.Same(TestDevice.Gpu, moved.Device);
            Assert.Equal((part.Count, part.SampleShape), (moved.Count, moved.SampleShape));
            foreach ((Batch here, Batch there) in part.Batches(4, seed: 2, epoch: 3).Zip(moved.Batches(4, seed: 2, epoch: 3)))
            {
                Assert.Equal(here.X.ToArray<float>(), there.X.ToArray<float>());
                Assert.Equal(here.Y.ToArray<int>(), there.Y.ToArray<int>());
            }
        }

        Assert.Equal(Enumerable.Range(9, 9), data.Slice(7, 30).Slice(2, 9).To(TestDevice.Gpu).Targets.ToArray<int>());
        Assert.Same(data, data.To(Device.Cpu));
        Assert.Throws<ArgumentNullException>(() => data.To(null!));
    }

    [Fact]
    public void A_moved_data_set_outlives_the_scope_it_was_moved_in()
    {
        Dataset moved;
        using (Tensor.Scope())
        {
            moved = Bytes(10, 3, Device.Cpu).To(TestDevice.Gpu);
        }

        Assert.Equal(Enumerable.Range(0, 10), Order(moved.Batches(3, shuffle: false)));
        (Dataset first, Dataset _) = Within(moved);
        Assert.Equal(4, Order(first.Batches(3)).Length);

        static (Dataset, Dataset) Within(Dataset data)
        {
            using TensorScope scope = Tensor.Scope();
            return data.Take(8).Split(0.5);
        }
    }

    [Fact]
    public void Take_and_Slice_are_ranges()
    {
        Dataset data = Bytes(20, 3, Device.Cpu).Scaled(0.5);
        Assert.Equal(Enumerable.Range(0, 5), Order(data.Take(5).Batches(2, shuffle: false)));
        Assert.Equal(20, data.Take(1000).Count);
        Assert.Empty(data.Take(0).Batches(2));
        Dataset slice = data.Slice(4, 10);
        Assert.Equal(Enumerable.Range(4, 10), Order(slice.Batches(3, shuffle: false)));
        Assert.Equal(Enumerable.Range(4, 10), Order(slice.Batches(3)).Order());
        Assert.Equal(Enumerable.Range(6, 3), Order(slice.Slice(2, 3).Batches(3, shuffle: false)));
        Assert.Equal(Pixel(4, 1) * 0.5f, slice.Batches(1, shuffle: false).Select(static batch => batch.X.ToArray<float>()[1]).First());
        Assert.Equal(new Shape(10, 3), slice.Features.Shape);
        Assert.Equal(Enumerable.Range(4, 10), slice.Targets.ToArray<int>());
        (Dataset chosen, Dataset _) = data.Split(0.5);
        Assert.Equal(Order(chosen.Batches(9, shuffle: false))[2..5], Order(chosen.Slice(2, 3).Batches(9, shuffle: false)));
        Assert.Equal(Order(chosen.Batches(9, shuffle: false)), chosen.Targets.ToArray<int>());
        Assert.Equal(chosen.Targets.ToArray<int>().SelectMany(i => Enumerable.Range(0, 3).Select(c => Pixel(i, c))), chosen.Features.ToArray<byte>());
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Slice(15, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Slice(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Slice(2, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Slice(5, int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Batches(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Split(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Split(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Split(double.NaN));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_batch_is_one_launch_and_its_memory_comes_back(string name)
    {
        Device device = DeviceOf(name);
        Dataset data = Bytes(64, 5, device);
        foreach ((Tensor _, Tensor _) in data.Batches(16))
        {
        }

        DeviceStatistics before = device.Statistics;
        int batches = 0;
        foreach ((Tensor _, Tensor _) in data.Batches(16))
        {
            batches++;
            Assert.Equal(before.Launches + batches, device.Statistics.Launches);
        }

        Assert.InRange(device.Statistics.LiveBytes, 0, before.LiveBytes);
        Assert.Equal(before.Allocations, device.Statistics.Allocations);
    }

    [Fact]
    public void Batches_end_with_their_step_and_kept_tensors_stay()
    {
        Dataset data = Bytes(10, 2, Device.Cpu);
        List<Tensor> xs = [];
        Tensor? kept = null;
        foreach ((Tensor x, Tensor y) in data.Batches(4))
        {
            Assert.All(xs, static old => Assert.True(old.IsDisposed));
            xs.Add(x);
            kept ??= y.Keep();
        }

        Assert.All(xs, static old => Assert.True(old.IsDisposed));
        Assert.Equal(4, kept!.ToArray<int>().Length);
    }

    [Fact]
    public void An_exception_in_a_step_closes_its_scope()
    {
        Dataset data = Bytes(10, 2, Device.Cpu);
        long before = Device.Cpu.Statistics.LiveBytes;
        Assert.Throws<ArithmeticException>(() =>
        {
            foreach ((Tensor _, Tensor _) in data.Batches(4))
            {
                throw new ArithmeticException();
            }
        });
        Assert.InRange(Device.Cpu.Statistics.LiveBytes, 0, before);
        using Tensor outside = Tensor.Zeros(1, device: Device.Cpu);
        Assert.False(outside.BelongsToScope);
    }

    [Fact]
    public void A_data_set_outlives_the_scope_it_was_made_in_and_views_are_copied()
    {
        Dataset data;
        using (Tensor.Scope())
        {
            Tensor all = Tensor.Arange(12, device: Device.Cpu).Reshape(3, 4);
            data = new Dataset(all.T, Tensor.Arange(4, DType.Int32, Device.Cpu));
        }

        Batch batch = data.Batches(4, shuffle: false).Select(static b => new Batch(b.X.Keep(), b.Y.Keep())).Single();
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], batch.X.ToArray<float>());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Tensor five = Tensor.Zeros([5, 2], device: Device.Cpu);
        Refused("[5, 2]", () => new Dataset(five, Tensor.Zeros(4, device: Device.Cpu)));
        Assert.Throws<ArgumentException>(() => new Dataset(five, Tensor.Scalar(1, device: Device.Cpu)));
        Assert.Throws<ArgumentException>(() => new Dataset(Tensor.Scalar(1, device: Device.Cpu), five));
        Refused(TestDevice.Gpu.ToString(), () => new Dataset(five, Tensor.Zeros(5, device: TestDevice.Gpu)));
        Refused("Float16", () => new Dataset(five.To(DType.Float16), five));
        Assert.Throws<ArgumentNullException>(() => new Dataset(null!, five));
        Assert.Throws<ArgumentNullException>(() => new Dataset(five, null!));

        static void Refused(string mention, Func<Dataset> make) =>
            Assert.Contains(mention, Assert.Throws<ArgumentException>(make).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void One_hot_rows_have_a_one_where_the_label_points(string name)
    {
        Device device = DeviceOf(name);
        foreach (DType dtype in (DType[])[DType.UInt8, DType.Int32, DType.Int64])
        {
            using Tensor hot = Tensor.From([2L, 0, 3, 1, 9], device).To(dtype).OneHot(4);
            Assert.Equal(new Shape(5, 4), hot.Shape);
            Assert.Equal([0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0], hot.ToArray<float>());
        }

        Assert.Equal(DType.Float64, Tensor.From([0, 1], device).OneHot(2, DType.Float64).DType);
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(3, device: device).OneHot(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.From([0, 1], device).OneHot(0));
    }

    internal static Device DeviceOf(string name) => name == "cpu" ? Device.Cpu : TestDevice.Gpu;

    private static Dataset Bytes(int count, int width, Device device)
    {
        byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(0, width).Select(c => Pixel(i, c)))];
        return new Dataset(Tensor.From(pixels, [count, width], device), Tensor.From(Enumerable.Range(0, count).ToArray(), count, device));
    }

    // Sample i is the number 3 i.
    private static Dataset Numbers<T>(int count, Device device)
        where T : unmanaged => new(Tensor.Arange(0, 3 * count, 3, DType.Of<T>(), device), Tensor.Arange(count, DType.Int32, device));

    private static int[] Order(BatchSequence batches) => [.. batches.SelectMany(static batch => batch.Y.ToArray<int>())];
}

using DeepSharp.Data;
using DeepSharp.Kernels;
using DeepSharp.Testing;

namespace DeepSharp.Tests;

/// <summary>Transforms against PyTorch, scalar oracles and the distributions that they name.</summary>
public class TransformTests
{
    private static readonly BatchPlace s_place = new(Seed: 7, Epoch: 3, Position: 40, Stage: 1);

    public static TheoryData<string> Devices => ["cpu", "emulated"];

    public static IEnumerable<object[]> Affine => Golden.Names("affine", "bilinear", "nearest");

    [Theory]
    [MemberData(nameof(Affine))]
    public void An_affine_map_is_PyTorchs(string name)
    {
        GoldenCase golden = Golden.Load("affine")[name];
        GoldenOptions options = golden.Options;
        AffineRanges ranges = new(
            AngleLow: (float)double.DegreesToRadians(options.Number("degrees")), ShiftXLow: (float)options.Number("right"),
            ShiftYLow: (float)options.Number("down"), ScaleLow: (float)options.Number("scale"), FlipX: options.Number("mirror_x") < 0 ? 1 : 0,
            FlipY: options.Number("mirror_y") < 0 ? 1 : 0);
        GoldenArray input = golden.Inputs["input"];
        Shape shape = new([.. input.Shape]);
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using Tensor x = (golden.DType == "float32" ? Tensor.From(input.ToFloats(), shape, device) : Tensor.From(input.ToDoubles(), shape, device));
            using Tensor y = Images.Mapped(
                x, new AffineMap(s_place.Draws, ranges, golden.Kind == "nearest", 0), new ImageShape(shape[0], shape[1], shape[2], shape[3], shape[2], shape[3]), "test");

            // Places are computed in Float32, also for Float64.
            golden.Outputs["output"].AssertClose(y.To(DType.Float64).ToArray<double>(), 1e-5, 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_crop_is_a_window_of_the_padded_image(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        (int height, int width) = (6, 5);
        foreach ((int h, int w, int padding) in ((int, int, int)[])[(6, 5, 2), (4, 4, 0), (3, 5, 1), (6, 5, 0), (8, 7, 1), (1, 1, 0)])
        {
            Batch batch = Numbered(20, 2, height, width, device);
            float[] x = batch.X.ToArray<float>();
            using Tensor cropped = new RandomCrop(h, w, padding, horizontalFlip: 0.5, fill: -3).Apply(batch, s_place).X;
            Assert.Equal(new Shape(20, 2, h, w), cropped.Shape);
            float[] y = cropped.ToArray<float>();
            HashSet<(int, int, bool)> found = [];
            for (int image = 0; image < 20; image++)
            {
                (int, int, bool)[] places = [.. from top in Enumerable.Range(-padding, height + (2 * padding) - h + 1)
                                                from left in Enumerable.Range(-padding, width + (2 * padding) - w + 1)
                                                from mirrored in (bool[])[false, true]
                                                where Fits(image, top, left, mirrored)
                                                select (top, left, mirrored)];
                Assert.NotEmpty(places);
                found.Add(places[0]);
            }

            int windows = 2 * (height + (2 * padding) - h + 1) * (width + (2 * padding) - w + 1);
            Assert.True(found.Count >= Math.Min(windows, 5), $"{found.Count} windows of {h} x {w}");

            bool Fits(int image, int top, int left, bool mirrored)
            {
                for (int at = 0; at < 2 * h * w; at++)
                {
                    int row = top + (at / w % h);
                    int column = left + (mirrored ? w - 1 - (at % w) : at % w);
                    float expected = row >= 0 && row < height && column >= 0 && column < width
                        ? x[(((image * 2) + (at / (h * w))) * height * width) + (row * width) + column]
                        : -3;
                    if (y[(image * 2 * h * w) + at] != expected)
                    {
                        return false;
                    }
                }

                return true;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Mirrors_are_exact_and_as_frequent_as_asked(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        Batch batch = Numbered(400, 1, 2, 3, device);
        float[] x = batch.X.ToArray<float>();
        using Tensor mirrored = new RandomAffine(horizontalFlip: 0.25, verticalFlip: 0.75).Apply(batch, s_place).X;
        float[] y = mirrored.ToArray<float>();
        (int sides, int heights) = (0, 0);
        for (int image = 0; image < 400; image++)
        {
            float[] own = x[(6 * image)..((6 * image) + 6)];
            float[] seen = y[(6 * image)..((6 * image) + 6)];
            bool side = own[0] == seen[2] || own[0] == seen[5];
            bool height = own[0] == seen[3] || own[0] == seen[5];
            Assert.Equal(Enumerable.Range(0, 6).Select(i => own[((height ? 1 - (i / 3) : i / 3) * 3) + (side ? 2 - (i % 3) : i % 3)]), seen);
            sides += side ? 1 : 0;
            heights += height ? 1 : 0;
        }

        // Four standard deviations of a binomial of 400.
        Assert.InRange(sides, 100 - 35, 100 + 35);
        Assert.InRange(heights, 300 - 35, 300 + 35);
    }

    [Fact]
    public void Angles_shifts_and_scales_are_uniform_in_their_ranges()
    {
        // The centre of mass of a bright dot right of the centre says where it has gone.
        const int Images = 2000;
        const int Size = 41;
        float[] dots = new float[Images * Size * Size];
        for (int i = 0; i < Images; i++)
        {
            dots[(i * Size * Size) + (20 * Size) + 30] = 1;
        }

        Batch batch = new(Tensor.From(dots, [Images, 1, Size, Size], Device.Cpu), Tensor.Zeros(Images, device: Device.Cpu));
        (double X, double Y)[] turned = Centres(new RandomAffine((-90, 90)));
        Assert.All(turned, static p => Assert.Equal(10, Math.Sqrt((p.X * p.X) + (p.Y * p.Y)), 0.3));
        Uniform([.. turned.Select(static p => double.RadiansToDegrees(Math.Atan2(p.Y, p.X)))], -90, 90);
        (double X, double Y)[] shifted = Centres(new RandomAffine(translate: (0.1, 0.2)));
        Uniform([.. shifted.Select(static p => p.X - 10)], -4.1, 4.1);
        Uniform([.. shifted.Select(static p => p.Y)], -8.2, 8.2);
        Uniform([.. Centres(new RandomAffine(scale: (0.7, 1.9))).Select(static p => p.X / 10)], 0.7, 1.9);

        (double X, double Y)[] Centres(RandomAffine transform)
        {
            using Tensor y = transform.Apply(batch, s_place).X;
            float[] values = y.ToArray<float>();
            return [.. Enumerable.Range(0, Images).Select(i =>
            {
                (double sum, double x, double down) = (0, 0, 0);
                for (int at = 0; at < Size * Size; at++)
                {
                    double value = values[(i * Size * Size) + at];
                    sum += value;
                    x += value * ((at % Size) - 20);
                    down += value * ((at / Size) - 20);
                }

                return (x / sum, down / sum);
            })];
        }

        // Kolmogorov and Smirnov: 1.95 / sqrt(n) is exceeded once in a thousand times; sampling a dot adds a little.
        static void Uniform(double[] values, double low, double high)
        {
            double[] sorted = [.. values.Order()];
            double distance = Enumerable.Range(0, sorted.Length).Max(i => Math.Abs(((i + 0.5) / sorted.Length) - ((sorted[i] - low) / (high - low))));
            Assert.InRange(distance, 0, (1.95 / Math.Sqrt(sorted.Length)) + 0.02);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void What_is_erased_is_a_rectangle_of_the_size_and_shape_asked_for(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        int count = name == "cpu" ? 2000 : 40;
        const int Size = 24;
        Batch batch = new(Tensor.Ones([count, 2, Size, Size], device: device), Tensor.Zeros(count, device: device));
        using Tensor erased = new RandomErasing(0.5, (0.1, 0.2), (0.5, 2), value: 7).Apply(batch, s_place).X;
        float[] y = erased.ToArray<float>();
        int touched = 0;
        HashSet<(int, int)> corners = [];
        for (int image = 0; image < count; image++)
        {
            float[] one = y[(image * 2 * Size * Size)..((image + 1) * 2 * Size * Size)];
            Assert.Equal(one[..(Size * Size)], one[(Size * Size)..]);
            int[] inside = [.. Enumerable.Range(0, Size * Size).Where(i => one[i] == 7)];
            Assert.All(one, static v => Assert.True(v is 1 or 7));
            if (inside.Length == 0)
            {
                continue;
            }

            touched++;
            int height = inside[^1] / Size - (inside[0] / Size) + 1;
            int width = inside.Max(static i => i % Size) - inside.Min(static i => i % Size) + 1;
            Assert.Equal(height * width, inside.Length);
            Assert.InRange(height * (double)width / (Size * Size), 0.08, 0.23);
            Assert.InRange((double)height / width, 0.42, 2.4);
            corners.Add((inside[0] / Size, inside[0] % Size));
        }

        Assert.InRange(touched, (count / 2) - (2 * Math.Sqrt(count)), (count / 2) + (2 * Math.Sqrt(count)));
        Assert.True(corners.Count > Math.Min(touched / 2, 100));
        Assert.Equal(batch.X.ToArray<float>(), new RandomErasing(0).Apply(batch, s_place).X.ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Noise_is_normal_and_a_sample_has_its_own_whatever_its_batch(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        foreach (int width in (int[])[8, 7, 1])
        {
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                using TensorScope scope = Tensor.Scope();
                GaussianNoise noise = new(0.5);
                Tensor x = Tensor.Arange(12 * width, dtype, device).Reshape(12, width);
                Batch whole = new(x, Tensor.Zeros(12, device: device));
                Batch part = new(x.Narrow(0, 5, 4), Tensor.Zeros(4, device: device));
                double[] all = noise.Apply(whole, s_place).X.To(DType.Float64).ToArray<double>();
                double[] some = noise.Apply(part, s_place with { Position = 45 }).X.To(DType.Float64).ToArray<double>();
                Assert.Equal(all[(5 * width)..(9 * width)], some);
                Assert.All(all.Select((y, i) => y - i), static z => Assert.InRange(z, -3, 3));
                Assert.NotEqual(all, noise.Apply(whole, s_place with { Epoch = 4 }).X.To(DType.Float64).ToArray<double>());
                Assert.NotEqual(all, noise.Apply(whole, s_place with { Stage = 2 }).X.To(DType.Float64).ToArray<double>());
            }
        }

        if (name == "cpu")
        {
            Batch zeros = new(Tensor.Zeros([1000, 100], device: device), Tensor.Zeros(1000, device: device));
            double[] z = new GaussianNoise(2).Apply(zeros, s_place).X.To(DType.Float64).ToArray<double>();
            Assert.Equal(0, z.Average(), 4 * 2 / Math.Sqrt(z.Length));
            Assert.Equal(4, z.Average(static v => v * v), 4 * 4 * Math.Sqrt(2.0 / z.Length));
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Mixed_samples_and_targets_have_one_share(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Normal([5, 2, 3], generator: new Generator(2), device: device);
        float[] values = x.ToArray<float>();
        foreach (DType dtype in (DType[])[DType.UInt8, DType.Int32, DType.Int64])
        {
            int[] labels = [3, 0, 1, 3, 2];
            Batch mixed = new MixUp(4, 0.4).Apply(new Batch(x, Tensor.From(labels, device).To(dtype)), s_place);
            float[] y = mixed.Y.ToArray<float>();
            Assert.Equal(new Shape(5, 4), mixed.Y.Shape);
            float share = y[(1 * 4) + 0];
            Assert.InRange(share, 0.0001f, 0.9999f);
            for (int row = 0; row < 5; row++)
            {
                int other = (row + 4) % 5;
                for (int column = 0; column < 4; column++)
                {
                    Assert.Equal((labels[row] == column ? share : 0) + (labels[other] == column ? 1 - share : 0), y[(row * 4) + column], 1e-6f);
                }

                for (int i = 0; i < 6; i++)
                {
                    Assert.Equal((values[(row * 6) + i] * share) + (values[(other * 6) + i] * (1 - share)), mixed.X.ToArray<float>()[(row * 6) + i], 1e-6f);
                }
            }

            // Distributions are mixed further.
            float[] twice = new MixUp(4).Apply(mixed, s_place with { Stage = 2 }).Y.ToArray<float>();
            Assert.All(Enumerable.Range(0, 5), row => Assert.Equal(1, twice[(4 * row)..((4 * row) + 4)].Sum(), 1e-6f));
        }

        Assert.Throws<ArgumentException>(() => new MixUp(4).Apply(new Batch(x, Tensor.Zeros(5, device: device)), s_place));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.2)]
    [InlineData(3.0)]
    public void Shares_are_of_a_beta_distribution(double alpha)
    {
        Mixing mixing = new("test", 2, alpha);
        double[] shares = [.. Enumerable.Range(0, 20_000).Select(i => mixing.Share(s_place with { Position = i }))];
        Assert.All(shares, static share => Assert.InRange(share, 0, 1));
        Assert.Equal(0.5, shares.Average(), 0.015);

        // Variance of Beta(a, a): 1 / (4 (2 a + 1)).
        Assert.Equal(1 / (4 * ((2 * alpha) + 1)), shares.Average(static s => (s - 0.5) * (s - 0.5)), 0.006);
        if (alpha == 1)
        {
            Assert.Equal(0.25, shares.Count(static s => s < 0.25) / 20_000.0, 0.015);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void CutMix_takes_as_much_of_the_target_as_of_the_image(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        using TensorScope scope = Tensor.Scope();
        const int Size = 10;
        float[] pixels = [.. Enumerable.Range(0, 4).SelectMany(static i => Enumerable.Repeat((float)i, 3 * Size * Size))];
        Batch batch = new(Tensor.From(pixels, [4, 3, Size, Size], device), Tensor.Arange(4, DType.Int32, device));
        HashSet<int> areas = [];
        for (int position = 0; position < 30; position++)
        {
            Batch mixed = new CutMix(4).Apply(batch, s_place with { Position = position });
            float[] x = mixed.X.ToArray<float>();
            float[] y = mixed.Y.ToArray<float>();
            for (int image = 0; image < 4; image++)
            {
                int other = (image + 3) % 4;
                int[] taken = [.. Enumerable.Range(0, Size * Size).Where(i => x[(image * 3 * Size * Size) + i] == other)];
                Assert.All(Enumerable.Range(0, 3), channel => Assert.Equal(taken.Length, Enumerable.Range(0, Size * Size).Count(i => x[(((image * 3) + channel) * Size * Size) + i] == other)));
                Assert.Equal(1 - (taken.Length / 100.0), y[(image * 4) + image], 1e-6);
                Assert.Equal(taken.Length / 100.0, y[(image * 4) + other], 1e-6);
                if (taken.Length > 0)
                {
                    Assert.Equal(taken.Length, (taken[^1] / Size - (taken[0] / Size) + 1) * (taken.Max(static i => i % Size) - taken.Min(static i => i % Size) + 1));
                }

                areas.Add(taken.Length);
            }
        }

        Assert.True(areas.Count > 8);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Channels_are_normalised_each_by_its_own(string name)
    {
        Device device = BatchTests.DeviceOf(name);
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Arange(24, dtype, device).Reshape(2, 3, 2, 2);
            Batch batch = new(x, Tensor.Zeros(2, device: device));
            double[] y = new Normalize([1, 2, 3], [2, 4, 8]).Apply(batch, s_place).X.To(DType.Float64).ToArray<double>();
            Assert.Equal(Enumerable.Range(0, 24).Select(static i => (i - (1.0 + (i / 4 % 3))) / (2 << (i / 4 % 3))), y);
            Assert.Equal(Enumerable.Range(0, 24).Select(static i => (i - 1) / 2.0), new Normalize([1], [2]).Apply(batch, s_place).X.To(DType.Float64).ToArray<double>());
            Assert.Throws<ArgumentException>(() => new Normalize([1, 2], [1, 1]).Apply(batch, s_place));
        }
    }

    [Fact]
    public void Random_transforms_change_training_batches_only_and_follow_from_seed_and_position()
    {
        Dataset plain = new(Tensor.Uniform([50, 1, 8, 8], generator: new Generator(4), device: Device.Cpu), Tensor.Arange(50, DType.Int32, Device.Cpu));
        Dataset data = plain.Map(new RandomAffine((-20, 20), (0.1, 0.1), (0.8, 1.2), 0.5), new RandomErasing(), new GaussianNoise(0.1), new Normalize([0.5], [0.25]));
        float[] first = All(data.Batches(8, seed: 3, epoch: 1));
        Assert.Equal(first, All(data.Batches(8, seed: 3, epoch: 1)));
        Assert.Equal(first, All(data.Batches(50, seed: 3, epoch: 1)));
        Assert.Equal(first[(16 * 64)..], All(data.Batches(8, seed: 3, epoch: 1).Skip(2)));
        Assert.NotEqual(first, All(data.Batches(8, seed: 3, epoch: 2)));
        Assert.NotEqual(first, All(data.Batches(8, seed: 4, epoch: 1)));
        Assert.Equal(All(plain.Batches(8, shuffle: false)).Select(static v => (v - 0.5f) / 0.25f), All(data.Batches(8, shuffle: false)));
        Assert.Equal(All(plain.Split(0.4).Second.Batches(8, shuffle: false)).Select(static v => (v - 0.5f) / 0.25f), All(data.Split(0.4).Second.Batches(8, shuffle: false)));

        // Read on demand, to the bit.
        Dataset read = new Dataset(RowSource.FromTensor(plain.Features), RowSource.FromTensor(plain.Targets), Device.Cpu)
            .Map(new RandomAffine((-20, 20), (0.1, 0.1), (0.8, 1.2), 0.5), new RandomErasing(), new GaussianNoise(0.1), new Normalize([0.5], [0.25]));
        Assert.Equal(first, All(read.Batches(8, seed: 3, epoch: 1)));

        // Elsewhere within the tolerance of the elementary functions.
        float[] there = All(data.Take(6).To(TestDevice.Gpu).Batches(6, seed: 3, epoch: 1));
        float[] here = All(data.Take(6).Batches(6, seed: 3, epoch: 1));
        Assert.All(here.Zip(there), static pair => Assert.Equal(pair.First, pair.Second, 1e-4f));

        static float[] All(IEnumerable<Batch> batches) => [.. batches.SelectMany(static b => b.X.To(Device.Cpu).ToArray<float>())];
    }

    [Fact]
    public void Two_transforms_of_a_kind_draw_for_themselves_and_others_stay()
    {
        Tensor x = Tensor.Uniform([30, 6, 6], device: Device.Cpu);
        Dataset data = new Dataset([x, Tensor.Arange(30, device: Device.Cpu)], [Tensor.Arange(30, DType.Int32, Device.Cpu), Tensor.Arange(30, device: Device.Cpu)])
            .Map(new GaussianNoise(1), new GaussianNoise(1), new MixUp(30));
        foreach (Batch batch in data.Batches(30, epoch: 1))
        {
            Assert.Equal((2, 2), (batch.Xs.Count, batch.Ys.Count));
            Assert.Equal(new Shape(30, 6, 6), batch.X.Shape);
            Assert.Equal(Enumerable.Range(0, 30), batch.Xs[1].ToArray<float>().Select(static v => (int)v).Order());
            Assert.Equal(batch.Xs[1].ToArray<float>(), batch.Ys[1].ToArray<float>());
        }

        Batch zeros = new(Tensor.Zeros([4, 4], device: Device.Cpu), Tensor.Zeros(4, device: Device.Cpu));
        Assert.NotEqual(new GaussianNoise(1).Apply(zeros, s_place).X.ToArray<float>(), new GaussianNoise(1).Apply(zeros, s_place with { Stage = 0 }).X.ToArray<float>());
    }

    [Fact]
    public void What_is_no_image_or_no_range_is_refused()
    {
        Batch flat = new(Tensor.Zeros([4, 9], device: Device.Cpu), Tensor.Zeros(4, DType.Int32, Device.Cpu));
        foreach (Transform transform in (Transform[])[new RandomAffine(), new RandomCrop(2, 2), new RandomErasing(), new CutMix(3)])
        {
            string message = Assert.Throws<ArgumentException>(() => transform.Apply(flat, s_place)).Message;
            Assert.Contains("[4, 9]", message, StringComparison.Ordinal);
            Assert.Contains(transform.GetType().Name, message, StringComparison.Ordinal);
        }

        Batch integers = new(Tensor.Zeros([4, 3, 3], DType.Int32, Device.Cpu), Tensor.Zeros(4, DType.Int32, Device.Cpu));
        foreach (Transform transform in (Transform[])[new RandomAffine(), new GaussianNoise(1), new Normalize([0], [1]), new MixUp(2)])
        {
            Assert.Contains("Int32", Assert.Throws<ArgumentException>(() => transform.Apply(integers, s_place)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => new RandomCrop(9, 9).Apply(Numbered(2, 1, 4, 4, Device.Cpu), s_place));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine((5, 4)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine(translate: (2, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine(scale: (0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine(horizontalFlip: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomErasing(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GaussianNoise(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MixUp(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CutMix(2, 0));
        Assert.Throws<ArgumentException>(() => new Normalize([1], []));
        Assert.Throws<ArgumentException>(() => new Normalize([1], [0]));
        Assert.Throws<ArgumentNullException>(() => new Dataset(flat.X, flat.Y).Map([null!]));
    }

    // Every pixel has a number of its own.
    private static Batch Numbered(int images, int channels, int height, int width, Device device) => new(
        Tensor.Arange(images * channels * height * width, device: device).Reshape(images, channels, height, width), Tensor.Zeros(images, device: device));
}

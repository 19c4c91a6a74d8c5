namespace DeepSharp.Tests;

public class CreationTests
{
    private static readonly DType[] s_types = Enum.GetValues<DType>();

    [Fact]
    public void Constants_fill_every_type_on_every_device()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            foreach (DType dtype in s_types)
            {
                Check(Tensor.Zeros([2, 3], dtype, device), [2, 3], dtype, device, new double[6]);
                Check(Tensor.Ones([4], dtype, device), [4], dtype, device, [1, 1, 1, 1]);
                Check(Tensor.Scalar(1, dtype, device), Shape.Scalar, dtype, device, [1]);
                Check(Tensor.Zeros([0, 3], dtype, device), [0, 3], dtype, device, []);
                Tensor like = Tensor.Full([3, 1], 2, dtype, device);
                Check(Tensor.ZerosLike(like), [3, 1], dtype, device, new double[3]);
                Check(Tensor.OnesLike(like), [3, 1], dtype, device, [1, 1, 1]);
            }

            Check(Tensor.Full([2], -2.5, DType.Float64, device), [2], DType.Float64, device, [-2.5, -2.5]);
            Check(Tensor.Full([2], 0.1, DType.Float32, device), [2], DType.Float32, device, [0.1f, 0.1f]);
            Check(Tensor.Full([2], -7, DType.Int64, device), [2], DType.Int64, device, [-7, -7]);
            Check(Tensor.Full([2], 5, DType.Bool, device), [2], DType.Bool, device, [1, 1]);
        }
    }

    [Fact]
    public void Ranges_have_the_elements_that_NumPy_gives_them()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Check(Tensor.Arange(5, DType.Int32, device), [5], DType.Int32, device, [0, 1, 2, 3, 4]);
            Check(Tensor.Arange(0, DType.Int32, device), [0], DType.Int32, device, []);
            Check(Tensor.Arange(2, 3.1, 0.25, DType.Float64, device), [5], DType.Float64, device, [2, 2.25, 2.5, 2.75, 3]);
            Check(Tensor.Arange(3, -3, -2, DType.Int64, device), [3], DType.Int64, device, [3, 1, -1]);
            Check(Tensor.Arange(2, 2, 1, DType.Float32, device), [0], DType.Float32, device, []);
            Check(Tensor.Linspace(-1, 2, 7, DType.Float64, device), [7], DType.Float64, device, [-1, -0.5, 0, 0.5, 1, 1.5, 2]);
            Check(Tensor.Linspace(3, 9, 1, DType.Float32, device), [1], DType.Float32, device, [3]);
            Check(Tensor.Eye(3, DType.Float32, device), [3, 3], DType.Float32, device, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
        }

        Assert.Throws<ArgumentException>(() => Tensor.Arange(0, 1, 0));
        Assert.Throws<ArgumentException>(() => Tensor.Arange(0, 1, -1));
        Assert.Throws<ArgumentException>(() => Tensor.Arange(0, double.PositiveInfinity));
        Assert.Throws<ArgumentException>(() => Tensor.Arange(double.NaN, 1));
        Assert.Equal("end", Assert.Throws<ArgumentException>(() => Tensor.Arange(0, 3e9)).ParamName);
        Assert.Equal("start", Assert.Throws<ArgumentException>(() => Tensor.Linspace(double.NaN, 1, 3)).ParamName);
        Assert.Contains("Linspace: from 0 to Infinity", Assert.Throws<ArgumentException>(() => Tensor.Linspace(0, double.PositiveInfinity, 3)).Message, StringComparison.Ordinal);
        Assert.Contains("Eye: a result of shape [46341, 46341]", Assert.Throws<ArgumentException>(() => Tensor.Eye(46_341)).Message, StringComparison.Ordinal);
        Assert.Contains("Linspace: count must be at least 1, and is 0.", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Linspace(0, 1, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("Eye: size must be at least 0, and is -1.", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Eye(-1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_from_one_end_of_the_numbers_to_the_other_have_their_middle()
    {
        using TensorScope scope = Tensor.Scope();
        Assert.Equal([-1.7e308, 0, 1.7e308], Tensor.Linspace(-1.7e308, 1.7e308, 3, DType.Float64, Device.Cpu).ToArray<double>());
        Assert.Equal([-1.5e308, -0.5e308, 0.5e308, 1.5e308], Tensor.Linspace(-1.5e308, 1.5e308, 4, DType.Float64, Device.Cpu).ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e293);
        Assert.Equal([-1.5e308, -0.5e308, 0.5e308], Tensor.Arange(-1.5e308, 1.5e308, 1e308, DType.Float64, Device.Cpu).ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e293);
    }

    /// <summary>Longer than the pieces they are made in, and as long as a tensor can be.</summary>
    [Fact]
    public void Long_ranges_and_large_identities_are_made_in_place()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor range = Tensor.Arange(600_001, DType.Int32, Device.Cpu);
        Assert.True(range.ToArray<int>().SequenceEqual(Enumerable.Range(0, 600_001)));
        Assert.True(Tensor.Arange(300_000, DType.Float32, TestDevice.Gpu).ToArray<float>().SequenceEqual(Enumerable.Range(0, 300_000).Select(static i => (float)i)));
        Tensor line = Tensor.Linspace(0, 1, 524_289, DType.Float64, Device.Cpu);
        Assert.Equal([0, 0.5, 1], new[] { line[0].Item(), line[262_144].Item(), line[^1].Item() });
        long before = GC.GetAllocatedBytesForCurrentThread();
        Tensor eye = Tensor.Eye(10_000, DType.UInt8, Device.Cpu);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000, "the identity was made on the host first");
        Assert.Equal((1, 0, 1), (eye[0, 0].Item(), eye[5000, 5001].Item(), eye[^1, ^1].Item()));
        Assert.Equal(10_000, eye[.., 777].ToArray<byte>().Length);
        foreach (DType dtype in s_types)
        {
            Check(Tensor.Eye(2, dtype, TestDevice.Gpu), [2, 2], dtype, TestDevice.Gpu, [1, 0, 0, 1]);
            Check(Tensor.Eye(0, dtype, Device.Cpu), [0, 0], dtype, Device.Cpu, []);
        }
    }

    [Fact]
    public void An_array_that_cannot_be_is_refused_by_name()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Zeros([1], DType.UInt8, Device.Cpu).Expand(int.MaxValue);
        string message = Assert.Throws<InvalidOperationException>(() => x.ToArray<byte>()).Message;
        Assert.All((string[])["ToArray", "[2147483647]", "2,147,483,591"], part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Arrays_of_every_type_go_to_the_device_and_come_back()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            RoundTrip([1.5f, float.NaN, float.NegativeInfinity, -0f, float.Epsilon], DType.Float32, device);
            RoundTrip([1.5, double.NaN, double.MaxValue], DType.Float64, device);
            RoundTrip([(byte)0, (byte)200, (byte)255], DType.UInt8, device);
            RoundTrip([int.MinValue, -1, int.MaxValue], DType.Int32, device);
            RoundTrip([long.MinValue, -1, long.MaxValue], DType.Int64, device);
            RoundTrip([true, false, true], DType.Bool, device);
            RoundTrip([(Half)1.5, Half.MaxValue, Half.Epsilon, Half.NegativeInfinity], DType.Float16, device);
            RoundTrip(Array.Empty<float>(), DType.Float32, device);
            Tensor matrix = Tensor.From(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, device);
            Check(matrix, [2, 3], DType.Float64, device, [1, 2, 3, 4, 5, 6]);
            Check(Tensor.From(new int[0, 4], device), [0, 4], DType.Int32, device, []);
        }
    }

    [Fact]
    public void Arrays_longer_than_the_pieces_in_which_they_are_staged_arrive_whole()
    {
        // 64 K floats are staged, one less is not; three pieces, the last one short.
        foreach (int length in (int[])[(64 * 1024) - 1, 64 * 1024, 1024 * 1024, (2 * 1024 * 1024) + 4097])
        {
            float[] values = new float[length];
            for (int i = 0; i < length; i++)
            {
                values[i] = i ^ (i >> 7);
            }

            using Tensor x = Tensor.From(values, TestDevice.Gpu);
            values.AsSpan().Fill(-1);
            float[] back = x.ToArray<float>();
            for (int i = 0; i < length; i++)
            {
                values[i] = i ^ (i >> 7);
            }

            Assert.True(values.AsSpan().SequenceEqual(back), $"{length} elements");
        }
    }

    [Fact]
    public void A_tensor_is_a_copy_of_the_array_it_is_made_from()
    {
        float[] values = [1, 2, 3];
        using Tensor tensor = Tensor.From(values, Device.Cpu);
        values[0] = 9;
        tensor.ToArray<float>()[1] = 9;
        Assert.Equal([1, 2, 3], tensor.ToArray<float>());
    }

    [Fact]
    public void Values_that_do_not_fit_are_refused_with_a_remedy()
    {
        string count = Assert.Throws<ArgumentException>(() => Tensor.From([1f, 2f, 3f], [2, 2], Device.Cpu)).Message;
        Assert.Contains("3 values", count, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", count, StringComparison.Ordinal);
        string type = Assert.Throws<ArgumentException>(() => Tensor.From([1m], Device.Cpu)).Message;
        Assert.Contains("Decimal", type, StringComparison.Ordinal);
        Assert.Contains("float", type, StringComparison.Ordinal);
        using Tensor tensor = Tensor.Zeros([2, 2], DType.Float32, Device.Cpu);
        string read = Assert.Throws<ArgumentException>(() => tensor.ToArray<double>()).Message;
        Assert.Contains("Float32", read, StringComparison.Ordinal);
        Assert.Contains("To(DType.Float64)", read, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", Assert.Throws<ArgumentException>(() => tensor.CopyTo(new float[3])).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", Assert.Throws<ArgumentException>(() => tensor.CopyFrom<float>([1, 2, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", Assert.Throws<InvalidOperationException>(() => tensor.Item()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_device_is_used_where_none_is_named()
    {
        Device before = Device.Default;
        try
        {
            Device.Default = TestDevice.Gpu;
            using Tensor tensor = Tensor.Zeros([1]);
            Assert.Same(TestDevice.Gpu, tensor.Device);
            Assert.Equal(DType.Float32, tensor.DType);
            Assert.Throws<ArgumentNullException>(() => Device.Default = null!);
        }
        finally
        {
            Device.Default = before;
        }
    }

    [Fact]
    public void Types_know_their_size_and_kind()
    {
        Assert.Equal([4, 8, 1, 4, 8, 1, 2, 2], s_types.Select(static d => d.Size));
        Assert.Equal([DType.Float32, DType.Float64, DType.Float16, DType.BFloat16], s_types.Where(static d => d.IsFloatingPoint));
        Assert.Equal([DType.UInt8, DType.Int32, DType.Int64], s_types.Where(static d => d.IsInteger));
    }

    private static void RoundTrip<T>(T[] values, DType dtype, Device device)
        where T : unmanaged
    {
        Tensor tensor = Tensor.From(values, device);
        Assert.Equal((dtype, (Shape)values.Length), (tensor.DType, tensor.Shape));
        Assert.Equal(values, tensor.ToArray<T>());
        T[] longer = new T[values.Length + 1];
        tensor.CopyTo<T>(longer);
        Assert.Equal(values, longer[..^1]);
        if (values.Length > 0)
        {
            Tensor first = tensor[0];
            Assert.Equal(values[0] is Half half ? (double)half : Convert.ToDouble(values[0], null), first.Item());
        }
    }

    private static void Check(Tensor tensor, Shape shape, DType dtype, Device device, double[] values)
    {
        Assert.Equal((shape, dtype, device), (tensor.Shape, tensor.DType, tensor.Device));
        Assert.Equal(values, Devices.Values(tensor));
    }
}

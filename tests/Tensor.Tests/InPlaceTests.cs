namespace DeepSharp.Tests;

/// <summary>Filling, adding and copying into tensors that exist, and conversions.</summary>
public class InPlaceTests
{
    [Fact]
    public void Fill_sets_the_elements_of_a_view_and_no_others()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            foreach (DType dtype in Enum.GetValues<DType>())
            {
                Tensor x = Tensor.Zeros([3, 4], dtype, device);
                x[1, 1..3].Fill(1);
                x[.., 0].Fill(1);
                Assert.Equal([1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0], Devices.Values(x));
            }
        }
    }

    [Fact]
    public void What_is_one_element_in_memory_cannot_be_changed_as_several()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor row = Tensor.Arange(3, DType.Float32, device);
            Tensor x = row.Expand([4, 3]);
            Action[] changes =
            [
                () => x.Fill(1), () => x.AddInPlace(Tensor.OnesLike(row)), () => x.CopyFrom(Tensor.Zeros([4, 3], DType.Float32, device)),
                () => x.CopyFrom<float>(new float[12]), () => x.T.Fill(2),
            ];
            foreach (Action change in changes)
            {
                Assert.Contains("Clone()", Assert.Throws<InvalidOperationException>(change).Message, StringComparison.Ordinal);
            }

            Assert.Equal([0, 1, 2], Devices.Values(row));
            x[2].Fill(5);
            row.Expand([1, 3]).AddInPlace(row);
            Assert.Equal([10, 10, 10], Devices.Values(row));
        }
    }

    [Fact]
    public void Integers_are_not_scaled_by_fractions()
    {
        Tensor x = Tensor.From([1, 2], Device.Cpu);
        Assert.Equal("scale", Assert.Throws<ArgumentException>(() => x.AddInPlace(x, 0.5)).ParamName);
        Assert.Equal("scale", Assert.Throws<ArgumentException>(() => x.AddInPlace(x, double.NaN)).ParamName);
        Assert.Equal([1, 2], x.ToArray<int>());
    }

    [Fact]
    public void AddInPlace_adds_a_scaled_tensor_that_broadcasts()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64])
            {
                Tensor x = Tensor.Arange(6, dtype, device).Reshape(2, 3);
                x.AddInPlace(Tensor.Arange(3, dtype, device), 10);
                Assert.Equal([0, 11, 22, 3, 14, 25], Devices.Values(x));
                x.AddInPlace(x);
                Assert.Equal([0, 22, 44, 6, 28, 50], Devices.Values(x));
                x.T[1].AddInPlace(Tensor.Scalar(-2, dtype, device));
                Assert.Equal([0, 20, 44, 6, 26, 50], Devices.Values(x));
            }
        }
    }

    [Fact]
    public void CopyFrom_converts_broadcasts_and_crosses_devices()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Zeros([2, 3], DType.Int32, device);
            x.CopyFrom(Tensor.From([1.9, -2.9, 3], Device.Cpu));
            Assert.Equal([1, -2, 3, 1, -2, 3], Devices.Values(x));
            x.T.CopyFrom(Tensor.From(new byte[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }, TestDevice.Gpu));
            Assert.Equal([1, 3, 5, 2, 4, 6], Devices.Values(x));
            x[.., 1..].CopyFrom<int>([7, 8, 9, 10]);
            Assert.Equal([1, 7, 8, 2, 9, 10], Devices.Values(x));
        }
    }

    [Fact]
    public void A_tensor_can_be_changed_by_a_view_of_itself()
    {
        using TensorScope scope = Tensor.Scope();
        double[] values = [.. Enumerable.Range(0, 400).Select(static i => (double)i)];
        double[] transposed = [.. values.Select(static (_, i) => (double)((i % 20 * 20) + (i / 20)))];
        Tensor x = Tensor.From(values, [20, 20], Device.Cpu);
        x.CopyFrom(x.T);
        Assert.Equal(transposed, x.ToArray<double>());
        x.AddInPlace(x.T);
        Assert.Equal(values.Zip(transposed, static (a, b) => a + b), x.ToArray<double>());
        Tensor y = Tensor.Arange(5, DType.Float64, Device.Cpu);
        y[1..].CopyFrom(y[..^1]);
        Assert.Equal([0, 0, 1, 2, 3], y.ToArray<double>());
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_a_remedy_and_changes_nothing()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], DType.Float32, Device.Cpu);
        Refused("[2, 3]", () => x.AddInPlace(Tensor.Ones([2], DType.Float32, Device.Cpu)));
        Refused("To", () => x.AddInPlace(Tensor.Ones([3], DType.Float64, Device.Cpu)));
        Refused(TestDevice.Gpu.ToString(), () => x.AddInPlace(Tensor.Ones([3], DType.Float32, TestDevice.Gpu)));
        Assert.Equal("other", Assert.Throws<ArgumentException>(
            () => Tensor.Ones([3], DType.Bool, Device.Cpu).AddInPlace(Tensor.Ones([3], DType.Bool, Device.Cpu))).ParamName);
        Refused("UInt8", () => Tensor.Ones([3], DType.UInt8, Device.Cpu).AddInPlace(Tensor.Ones([3], DType.UInt8, Device.Cpu)));
        Refused("[2, 3]", () => x.CopyFrom(Tensor.Ones([4], DType.Float32, Device.Cpu)));
        Refused("Float32", () => x.CopyFrom<double>(new double[6]));
        Assert.Equal([1, 1, 1, 1, 1, 1], x.ToArray<float>());

        static void Refused(string mention, Action call) =>
            Assert.Contains(mention, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Conversions_truncate_and_ask_for_zero()
    {
        foreach (Device device in Devices.All)
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.From([0, -0.0, 0.4, -1.9, 2.9, 200], device);
            Assert.Equal([0, 0, 0, -1, 2, 200], Devices.Values(x.To(DType.Int64)));
            Assert.Equal([0, 0, 1, 1, 1, 1], Devices.Values(x.To(DType.Bool)));
            Assert.Equal([0, 0, 0.4f, -1.9f, 2.9f, 200], Devices.Values(x.To(DType.Float32)));
            Assert.Equal([2, 200], Devices.Values(x[4..].To(DType.UInt8)));
            Assert.Equal([1, 0], Devices.Values(Tensor.From([true, false], device).To(DType.Float64)));
        }
    }
}

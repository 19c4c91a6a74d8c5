using System.Numerics.Tensors;

namespace DeepSharp.Tests;

/// <summary>Copies from and to the tensors of .NET.</summary>
public class NumericsTests
{
    [Fact]
    public void Tensors_of_dotNET_become_tensors_and_come_back()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor<float> own = System.Numerics.Tensors.Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
            Tensor x = Tensor.From(own.AsReadOnlyTensorSpan(), device);
            Assert.Equal([2, 3], x.Shape);
            Assert.Equal([1f, 2, 3, 4, 5, 6], x.ToArray<float>());

            // A part with gaps, and one that is transposed.
            Assert.Equal([2f, 3, 5, 6], Tensor.From(own.AsReadOnlyTensorSpan().Slice([0..2, 1..3]), device).ToArray<float>());
            Tensor<float> back = x.T.ToTensor<float>();
            Assert.Equal([3, 2], back.Lengths.ToArray().Select(static length => (int)length));
            Assert.Equal(5f, back[1, 1]);
            Tensor<float> wide = System.Numerics.Tensors.Tensor.Create(new float[12], [3, 4]);
            x.CopyTo(wide.AsTensorSpan().Slice([1..3, 1..4]));
            float[] flat = new float[12];
            wide.FlattenTo(flat);
            Assert.Equal([0, 0, 0, 0, 0, 1f, 2, 3, 0, 4, 5, 6], flat);
        }
    }

    [Fact]
    public void Every_element_type_goes_there_and_back()
    {
        using TensorScope scope = Tensor.Scope();
        Check<double>(DType.Float64, 2.5);
        Check<Half>(DType.Float16, (Half)2.5);
        Check<int>(DType.Int32, -7);
        Check<long>(DType.Int64, 1L << 40);
        Check<byte>(DType.UInt8, 200);
        Check<bool>(DType.Bool, true);

        static void Check<T>(DType dtype, T value)
            where T : unmanaged
        {
            foreach (int[] dims in (int[][])[[1], [2, 0, 3], [2, 1, 2]])
            {
                T[] values = new T[new Shape(dims).Size];
                values.AsSpan().Fill(value);
                Tensor<T> own = Tensor.From(values, new Shape(dims), Device.Cpu).ToTensor<T>();
                Tensor x = Tensor.From(own.AsReadOnlyTensorSpan(), Device.Cpu);
                Assert.Equal((dtype, new Shape(dims)), (x.DType, x.Shape));
                Assert.Equal(values, x.ToArray<T>());
            }
        }
    }

    [Fact]
    public void A_scalar_gets_an_axis_since_dotNET_has_none()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Scalar(3.5, DType.Float64, Device.Cpu);
        Tensor<double> own = x.ToTensor<double>();
        Assert.Equal((1, 1), (own.Rank, own.FlattenedLength));
        own[0] = 0;
        x.CopyTo(own.AsTensorSpan());
        Assert.Equal(3.5, own[0]);
        Assert.Equal([1], Tensor.From(own.AsReadOnlyTensorSpan(), Device.Cpu).Shape);
        Assert.Contains("0 values", Assert.Throws<ArgumentException>(() => Tensor.From(ReadOnlyTensorSpan<float>.Empty)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_name_lengths_and_types()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Ones([2, 3], device: Device.Cpu);
        string message = Assert.Throws<ArgumentException>(() => x.CopyTo(System.Numerics.Tensors.Tensor.Create(new float[6], [3, 2]).AsTensorSpan())).Message;
        Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
        Assert.Contains("[3, 2]", message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => x.ToTensor<double>());
        Assert.Throws<ArgumentException>(() => Tensor.From(System.Numerics.Tensors.Tensor.Create(new char[6], [3, 2]).AsReadOnlyTensorSpan()));
    }
}

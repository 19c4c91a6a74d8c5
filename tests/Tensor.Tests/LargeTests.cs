namespace DeepSharp.Tests;

/// <summary>Counts close to the largest, in tensors that take no memory because they are expanded.</summary>
public class LargeTests
{
    [Fact]
    public void A_tensor_of_the_largest_size_prints_its_edges_only()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor x = Tensor.Arange(7, DType.Int32, Device.Cpu).Unsqueeze(1).Expand([7, 306_783_378]);
        Assert.EndsWith(
            """
            [[0 0 0 ... 0 0 0]
             [1 1 1 ... 1 1 1]
             [2 2 2 ... 2 2 2]
             ...
             [4 4 4 ... 4 4 4]
             [5 5 5 ... 5 5 5]
             [6 6 6 ... 6 6 6]]
            """,
            x.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_longer_than_the_axis_leaves_its_first_element()
    {
        using TensorScope scope = Tensor.Scope();
        Assert.Equal([1], Tensor.From([1, 2, 3], Device.Cpu)[TensorIndex.Every(int.MaxValue, ..)].ToArray<int>());
        Assert.Equal([0], Tensor.From([1, 2, 3], Device.Cpu)[TensorIndex.Every(2, 3..)].Shape);
    }

    [Fact]
    public void A_copy_to_another_device_goes_in_parts()
    {
        using TensorScope scope = Tensor.Scope();
        byte[] values = new byte[(2 * 16 * 1024 * 1024) + 5];
        new Random(1).NextBytes(values);
        Tensor there = Tensor.From(values, Device.Cpu)[3..].To(Device.Emulated);
        Assert.True(values.AsSpan(3).SequenceEqual(there.ToArray<byte>()));
        Assert.True(values.AsSpan(10).SequenceEqual(there[7..].To(Device.Cpu).ToArray<byte>()));
    }
}

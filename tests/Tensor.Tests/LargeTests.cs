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

    /// <summary>2^31 - 1 elements are the most, of views and of what has no memory, too; the error names operator and shapes.</summary>
    [Fact]
    public void What_would_count_more_elements_is_refused_by_name()
    {
        using TensorScope scope = Tensor.Scope();
        Tensor one = Tensor.Zeros([1, 1], device: Device.Cpu);
        Tensor empty = Tensor.Zeros([0, 65_536, 65_536], device: Device.Cpu);
        (Action Call, string[] Says)[] calls =
        [
            (() => one.Expand([65_536, 65_536]), ["[65536, 65536]", "2,147,483,647"]),
            (() => empty.Flatten(1), ["Flatten", "[0, 65536, 65536]", "2,147,483,647"]),
            (() => empty.Reshape(0, -1), ["Reshape", "[0, 65536, 65536]"]),
            (() => Tensor.Zeros([65_536, 65_536], device: Device.Cpu), ["[65536, 65536]", "2,147,483,647"]),
            (() => Tensor.Arange(0, 3e9), ["Arange", "3,000,000,000"]),
            (() => Tensor.Eye(46_341), ["[46341, 46341]"]),
        ];
        foreach ((Action call, string[] says) in calls)
        {
            string message = Assert.Throws<ArgumentException>(call).Message;
            Assert.All(says, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }

        // What is empty still goes where its lengths allow it.
        Assert.Equal([0], empty.Flatten().Shape);
        Assert.Equal([0, 65_536], empty[.., 40_000].Shape);
        Assert.Empty(empty[.., 40_000, ..5].ToArray<float>());
        Assert.Equal([65_536, 65_536, 0], empty.Permute(1, 2, 0).Shape);
        Assert.Empty(empty.T.Contiguous().ToArray<float>());
    }
}

namespace DeepSharp.Autograd.Tests;

/// <summary>Axes of length zero: a sum over nothing is zero, and what has no elements has a shape still. The shapes are PyTorch's.</summary>
public sealed class EmptyTests
{
    [Theory]
    [InlineData(new[] { 2, 3, 0 }, new[] { 2, 0, 4 }, new[] { 2, 3, 4 })]
    [InlineData(new[] { 2, 3, 0 }, new[] { 0, 4 }, new[] { 2, 3, 4 })]
    [InlineData(new[] { 2, 0, 3 }, new[] { 3, 4 }, new[] { 2, 0, 4 })]
    [InlineData(new[] { 2, 0, 3 }, new[] { 2, 3, 4 }, new[] { 2, 0, 4 })]
    [InlineData(new[] { 5, 1, 3, 0 }, new[] { 2, 0, 4 }, new[] { 5, 2, 3, 4 })]
    [InlineData(new[] { 0, 3, 2 }, new[] { 2, 4 }, new[] { 0, 3, 4 })]
    [InlineData(new[] { 0, 3, 0 }, new[] { 0, 0, 0 }, new[] { 0, 3, 0 })]
    [InlineData(new[] { 3, 0 }, new[] { 0, 4 }, new[] { 3, 4 })]
    [InlineData(new[] { 0 }, new[] { 2, 0, 4 }, new[] { 2, 4 })]
    public void A_product_over_nothing_is_zero(int[] left, int[] right, int[] shape)
    {
        Tensor a = Tensor.Ones(new(left)).RequireGrad();
        Tensor b = Tensor.Ones(new(right)).RequireGrad();
        Tensor product = a.MatMul(b);
        Assert.Equal(new Shape(shape), product.Shape);
        Assert.All(product.ToArray<float>(), static value => Assert.Equal(0f, value));
        Tensor[] gradients = Grad.Of(product.Sum(), [a, b]);
        Assert.Equal(a.Shape, gradients[0].Shape);
        Assert.Equal(b.Shape, gradients[1].Shape);
        Assert.All(gradients[0].ToArray<float>(), static value => Assert.Equal(0f, value));
        Assert.All(gradients[1].ToArray<float>(), static value => Assert.Equal(0f, value));
    }

    [Theory]
    [InlineData(new[] { 2, 3, 0 })]
    [InlineData(new[] { 3, 0 })]
    [InlineData(new[] { 0 })]
    [InlineData(new[] { 0, 3, 0 })]
    public void A_dense_layer_without_inputs_gives_its_bias(int[] shape)
    {
        Tensor x = Tensor.Ones(new(shape)).RequireGrad();
        Tensor weight = Tensor.Ones([2, 0]).RequireGrad();
        Tensor bias = Tensor.From([3f, -4f]).RequireGrad();
        Tensor y = x.Linear(weight, bias);
        Assert.Equal(new Shape([.. shape[..^1], 2]), y.Shape);
        int rows = y.Count / 2;
        Assert.Equal(Enumerable.Repeat(new[] { 3f, -4f }, rows).SelectMany(static pair => pair), y.ToArray<float>());
        Tensor[] gradients = Grad.Of(y.Sum(), [x, weight, bias]);
        Assert.Equal(x.Shape, gradients[0].Shape);
        Assert.Equal(weight.Shape, gradients[1].Shape);
        Assert.Equal([rows, rows], gradients[2].ToArray<float>());
    }

    [Theory]
    [InlineData(new[] { 2, 3, 0 }, -1)]
    [InlineData(new[] { 2, 0, 3 }, 1)]
    [InlineData(new[] { 0, 3 }, 1)]
    [InlineData(new[] { 0 }, 0)]
    [InlineData(new[] { 2, 0, 3 }, 2)]
    public void Softmax_of_nothing_is_empty(int[] shape, int axis)
    {
        Tensor x = Tensor.Ones(new(shape)).RequireGrad();
        foreach (Tensor y in new[] { x.Softmax(axis), x.LogSoftmax(axis) })
        {
            Assert.Equal(x.Shape, y.Shape);
            Assert.Equal(x.Shape, Grad.Of(y.Sum(), x).Shape);
        }
    }

    /// <summary>Lengths whose product no int holds, beside one of 0: results have the shapes they should, or are refused by name.</summary>
    [Fact]
    public void Products_of_lengths_do_not_overflow_where_a_tensor_is_empty()
    {
        foreach (Device device in (Device[])[Device.Cpu, TestDevice.Gpu])
        {
            using TensorScope scope = Tensor.Scope();
            Tensor x = Tensor.Zeros([0, 65_536, 65_536], device: device).RequireGrad();
            (Func<Tensor, Tensor> Call, int[] Shape)[] calls =
            [
                (static x => x.Sum([1, 2]), [0]), (static x => x.Mean([1, 2]), [0]), (static x => x.Variance([1, 2]), [0]), (static x => x.Max([1, 2]), [0]),
                (static x => x.LogSumExp([1, 2], keepDims: true), [0, 1, 1]), (static x => x.ArgMax(1), [0, 65_536]), (static x => x.Sum(1), [0, 65_536]),
                (static x => x.StandardDeviation([0, 1, 2]), []), (static x => x.Softmax(), [0, 65_536, 65_536]), (static x => x.LayerNorm(), [0, 65_536, 65_536]),
                (static x => x * 2 + x, [0, 65_536, 65_536]), (static x => x.IndexSelect(Tensor.Zeros([2], DType.Int64, x.Device), 1), [0, 2, 65_536]),
                (static x => x.MatMul(x), [0, 65_536, 65_536]), (static x => x[.., 0], [0, 65_536]), (static x => Tensor.Concatenate([x, x]), [0, 65_536, 65_536]),
                (static x => x.Unsqueeze(1).BatchNormFixed(null, null, Tensor.Zeros([1], device: x.Device), Tensor.Ones([1], device: x.Device), 0.1), [0, 1, 65_536, 65_536]),
                (static x => x.IndexSelect(Tensor.Zeros([0], DType.Int64, x.Device)), [0, 65_536, 65_536]), (static x => x.Transpose(0, 2).Clone(), [65_536, 65_536, 0]),
                (static x => x.Transpose(0, 2).Softmax(0), [65_536, 65_536, 0]), (static x => x.Dropout(0.5), [0, 65_536, 65_536]),
            ];
            for (int i = 0; i < calls.Length; i++)
            {
                Tensor y = calls[i].Call(x);
                Assert.True(y.Shape == calls[i].Shape, $"call {i} on {device}: {y.Shape}");
                if (y.RequiresGrad)
                {
                    Assert.Equal(x.Shape, Grad.Of(y.Sum(), x).Shape);
                }
            }

            // Their rows would be 2^32.
            (Action Call, string Says)[] refused =
            [
                (() => x.Flatten(1), "Flatten"), (() => x.Sum(0), "Sum"), (() => x.Transpose(0, 2).LayerNorm(), "[65536, 65536"), (() => x.T.Flatten(1), "Flatten"),
            ];
            foreach ((Action call, string says) in refused)
            {
                Exception? error = Record.Exception(call);
                Assert.True(error is null || (error is ArgumentException && error.Message.Contains(says, StringComparison.Ordinal)), $"{says} on {device}: {error}");
            }
        }
    }

    [Fact]
    public void The_largest_labels_and_indices_are_named_with_all_their_digits()
    {
        using TensorScope scope = Tensor.Scope();
        foreach (long value in (long[])[long.MaxValue, long.MinValue + 1, (1L << 53) + 1])
        {
            Tensor label = Tensor.From([value], Device.Cpu);
            Tensor x = Tensor.Ones([1, 3], device: Device.Cpu);
            string digits = value.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Assert.Contains(digits, Assert.Throws<ArgumentException>(() => x.SoftmaxCrossEntropy(label)).Message, StringComparison.Ordinal);
            Assert.Contains(digits, Assert.Throws<ArgumentException>(() => x.IndexSelect(label, 1)).Message, StringComparison.Ordinal);
            Assert.Contains(digits, Assert.Throws<ArgumentException>(() => x.Gather(label.Unsqueeze(0), 1)).Message, StringComparison.Ordinal);
            Assert.Contains(digits, label.ToString(), StringComparison.Ordinal);
        }
    }
}

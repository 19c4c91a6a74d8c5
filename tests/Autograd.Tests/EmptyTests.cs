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
}

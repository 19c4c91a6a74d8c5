using DeepSharp.Layers;

namespace DeepSharp.Tests;

public class ReshapeLayerTests
{
    [Fact]
    public void Samples_take_another_shape_and_axes_are_parted()
    {
        Tensor x = Tensor.Arange(24, device: Device.Cpu).Reshape(2, 12);
        Assert.Equal(new Shape(2, 1, 3, 4), new Reshape(1, 3, 4).Forward(x).Shape);
        Assert.Equal(new Shape(2, 3, 4), new Reshape(3, -1).Forward(x).Shape);
        Assert.Equal(new Shape(2, 3, 4), new Unflatten(1, 3, -1).Forward(x).Shape);
        Assert.Equal(new Shape(2, 1, 12), new Unflatten(0, -1, 1).Forward(x).Shape);
        Assert.Equal(x.ToArray<float>(), new Unflatten(-1, 3, 4).Forward(x).ToArray<float>());
        Assert.Equal("Reshape(1, 3, 4)", new Reshape(1, 3, 4).ToString());
        Assert.Equal("Unflatten(1, 3, -1)", new Unflatten(1, 3, -1).ToString());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Tensor x = Tensor.Zeros([2, 12], device: Device.Cpu);
        Assert.Contains("cannot be laid out", Assert.Throws<ArgumentException>(() => new Reshape(5, -1).Forward(x)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Unflatten(1, 5, -1): axis 1 of an input [2, 12] is 12 long.",
            Assert.Throws<ArgumentException>(() => new Unflatten(1, 5, -1).Forward(x)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Reshape(3): an input without axes.",
            Assert.Throws<ArgumentException>(() => new Reshape(3).Forward(Tensor.Scalar(1, device: Device.Cpu))).Message, StringComparison.Ordinal);
    }
}

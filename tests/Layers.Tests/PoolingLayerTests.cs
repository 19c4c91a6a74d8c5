using DeepSharp.Layers;

namespace DeepSharp.Tests;

public class PoolingLayerTests
{
    public static TheoryData<string> Names => [.. s_layers.Keys];

    private static readonly Dictionary<string, (Module Layer, Func<Tensor, Tensor> Function)> s_layers = new()
    {
        ["MaxPool1D(3, stride 2)"] = (new MaxPool1D(3, 2, 1, 1, true), static x => x.Flatten(2).MaxPool1D(3, 2, 1, 1, true)),
        ["MaxPool2D(2, stride 2)"] = (new MaxPool2D(2), static x => x.MaxPool2D(2)),
        ["MaxPool3D((1, 2, 2), stride 1)"] = (new MaxPool3D((1, 2, 2), 1), static x => x.MaxPool3D((1, 2, 2), 1)),
        ["AveragePool1D(4, stride 3)"] = (new AveragePool1D(4, 3, 2, false, false), static x => x.Flatten(2).AveragePool1D(4, 3, 2, false, false)),
        ["AveragePool2D((2, 3), stride (2, 3))"] = (new AveragePool2D((2, 3), divisor: 5), static x => x.AveragePool2D((2, 3), divisor: 5)),
        ["AveragePool3D(2, stride 2)"] = (new AveragePool3D(2), static x => x.AveragePool3D(2)),
        ["AdaptiveMaxPool1D(5)"] = (new AdaptiveMaxPool1D(5), static x => x.Flatten(2).AdaptiveMaxPool1D(5)),
        ["AdaptiveMaxPool2D((3, 2))"] = (new AdaptiveMaxPool2D((3, 2)), static x => x.AdaptiveMaxPool2D((3, 2))),
        ["AdaptiveMaxPool3D(1)"] = (new AdaptiveMaxPool3D(1), static x => x.AdaptiveMaxPool3D(1)),
        ["AdaptiveAveragePool1D(5)"] = (new AdaptiveAveragePool1D(5), static x => x.Flatten(2).AdaptiveAveragePool1D(5)),
        ["AdaptiveAveragePool2D(1)"] = (new AdaptiveAveragePool2D(1), static x => x.AdaptiveAveragePool2D(1)),
        ["AdaptiveAveragePool3D((2, 1, 3))"] = (new AdaptiveAveragePool3D((2, 1, 3)), static x => x.AdaptiveAveragePool3D((2, 1, 3))),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_layer_is_its_operator_and_says_what_it_is(string name)
    {
        (Module layer, Func<Tensor, Tensor> function) = s_layers[name];
        int[] shape = name.Contains("3D", StringComparison.Ordinal) ? [2, 3, 4, 5, 6] : [2, 3, 6, 7];
        Tensor x = Tensor.Normal(shape, 0, 1, DType.Float32, Device.Cpu, new Generator(1));
        Tensor expected = function(x);
        Tensor actual = layer.Forward(name.Contains("1D", StringComparison.Ordinal) ? x.Flatten(2) : x);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        Assert.Equal(name, layer.ToString());
        Assert.Empty(layer.Parameters());
    }

    [Fact]
    public void The_global_average_is_the_mean()
    {
        Tensor x = Tensor.Normal([2, 3, 6, 7], 0, 1, DType.Float32, Device.Cpu, new Generator(1));
        Tensor y = new Sequential(new AdaptiveAveragePool2D(1), new Flatten()).Forward(x);
        float[] values = x.ToArray<float>();
        for (int plane = 0; plane < 6; plane++)
        {
            Assert.Equal(values.Skip(plane * 42).Take(42).Average(), y.ToArray<float>()[plane], 1e-6);
        }
    }
}

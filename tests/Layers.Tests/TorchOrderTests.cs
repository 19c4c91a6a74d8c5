using DeepSharp.Layers;

namespace DeepSharp.Tests;

/// <summary>Arguments without names mean what they mean in torch.nn 2.6.</summary>
public class TorchOrderTests
{
    [Fact]
    public void BatchNorm_takes_features_epsilon_momentum_affine()
    {
        BatchNorm layer = new(3, 1e-3, 0.3, false, false, device: Device.Cpu);
        Assert.Equal((3, 1e-3, (double?)0.3, null, false), (layer.Features, layer.Epsilon, layer.Momentum, layer.Weight, layer.TracksRunningStatistics));
        Assert.Equal((1e-5, (double?)0.1), (new BatchNorm(3, device: Device.Cpu).Epsilon, new BatchNorm(3, device: Device.Cpu).Momentum));
    }

    [Fact]
    public void Momentum_is_how_far_the_running_statistics_move()
    {
        // The mean of 1 and 5 is 3, their unbiased variance 8: from 0 and 1 a tenth of the way.
        BatchNorm layer = new(1, device: Device.Cpu);
        layer.Forward(Tensor.From([1f, 5f], [2, 1], Device.Cpu));
        Assert.Equal(0.3, layer.RunningMean.Item(), 1e-6);
        Assert.Equal(1.7, layer.RunningVariance.Item(), 1e-6);
    }

    [Fact]
    public void Convolutions_take_what_PyTorchs_take()
    {
        Conv2D layer = new(4, 6, (3, 2), 2, (1, 0), (1, 2), 2, false, PaddingMode.Reflect, device: Device.Cpu);
        Assert.Equal("Conv2D(4, 6, (3, 2), stride 2, padding (1, 0) by Reflect, dilation (1, 2), groups 2, no bias)", layer.ToString());
        Assert.Equal(new Shape(6, 2, 3, 2), layer.Weight.Shape);
        Assert.Equal("Conv1D(1, 2, 3)", new Conv1D(1, 2, 3, device: Device.Cpu).ToString());
        Assert.Equal("Conv3D(1, 2, 3, padding same)", new Conv3D(1, 2, 3, padding: ConvolutionPadding.Same, device: Device.Cpu).ToString());
        ConvTranspose2D transposed = new(4, 6, 3, 2, 1, (1, 0), 2, false, 2, device: Device.Cpu);
        Assert.Equal("ConvTranspose2D(4, 6, 3, stride 2, padding 1, output padding (1, 0), dilation 2, groups 2, no bias)", transposed.ToString());
        Assert.Equal(new Shape(4, 3, 3, 3), transposed.Weight.Shape);
    }

    [Fact]
    public void The_others_are_in_their_places()
    {
        LayerNorm norm = new(4, 1e-3, false, device: Device.Cpu);
        Assert.Equal((4, 1e-3, null), (norm.Features, norm.Epsilon, norm.Weight));
        RMSNorm rms = new(4, 1e-3, false, device: Device.Cpu);
        Assert.Equal((4, 1e-3, null), (rms.Features, rms.Epsilon, rms.Weight));
        Dense dense = new(2, 5, false, device: Device.Cpu);
        Assert.Equal((2, 5, null), (dense.Inputs, dense.Outputs, dense.Bias));
        Embedding embedding = new(7, 3, 2, device: Device.Cpu);
        Assert.Equal((7, 3, 2), (embedding.Entries, embedding.Features, embedding.PaddingIndex));
        Assert.Equal(0.25, new Dropout(0.25).Probability);
        Assert.Equal("ELU(0.5)", new ELU(0.5).ToString());
        Assert.Equal("LeakyReLU(0.2)", new LeakyReLU(0.2).ToString());
        Assert.Equal("Softmax(1)", new Softmax(1).ToString());
    }
}

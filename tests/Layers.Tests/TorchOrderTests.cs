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

    [Fact]
    public void Layers_of_sequences_take_what_PyTorchs_take()
    {
        LSTM lstm = new(2, 5, 3, false, true, 0.1, true, 4, device: Device.Cpu);
        Assert.Equal("LSTM(2, 5 projected to 4, 3 layers, no bias, batch first, dropout 0.1, bidirectional)", lstm.ToString());
        Assert.Equal((4, 0), (lstm.ProjectionSize, new LSTM(2, 3, device: Device.Cpu).ProjectionSize));
        MultiHeadAttention attention = new(4, 2, 0.1, false, true, true, 3, 5, true, device: Device.Cpu);
        Assert.Equal(
            "MultiHeadAttention(4, 2 heads, no bias, dropout 0.1, learned key and value, zero key and value, keys of 3, values of 5, batch first)", attention.ToString());
        Assert.Equal((false, false), (new MultiHeadAttention(4, 2, device: Device.Cpu).AddsBiasKV, new MultiHeadAttention(4, 2, device: Device.Cpu).AddsZeroAttention));
        Transformer transformer = new(4, 2, 3, 1, 6, 0.2, new GELU(), 1e-3, true, true, device: Device.Cpu);
        Assert.Equal((3, 1), (transformer.Encoder.Children[0].Value.Children.Count, transformer.Decoder.Children[0].Value.Children.Count));
        TransformerLayer layer = (TransformerLayer)transformer.Decoder.Children[0].Value.Children[0].Value;
        Assert.Equal("TransformerDecoderLayer(4, 2 heads, 6 hidden, dropout 0.2, batch first, norm first)", layer.ToString()!.Split('\n')[0].Trim());
        Assert.Equal(1e-3, ((LayerNorm)transformer.Encoder.Children[1].Value).Epsilon);

        // All matrices begin as Glorot and Bengio's, uniform in ±sqrt(6 / (fan-in + fan-out)), as torch.nn.Transformer's; PyTorch's layers by themselves do not.
        foreach ((string name, Parameter value) in transformer.NamedParameters().Where(static named => named.Value.Rank == 2))
        {
            double bound = Math.Sqrt(6.0 / (value.Shape[0] + value.Shape[1]));
            float[] values = value.ToArray<float>();
            Assert.True(values.All(v => Math.Abs(v) <= bound) && values.Max(Math.Abs) > 0.75 * bound, name);
        }
    }

    [Fact]
    public void Layers_of_images_take_what_PyTorchs_take()
    {
        GroupNorm group = new(2, 4, 1e-3, false, device: Device.Cpu);
        Assert.Equal((2, 4, 1e-3, null), (group.Groups, group.Channels, group.Epsilon, group.Weight));
        InstanceNorm2D instance = new(4, 1e-3, 0.3, true, true, device: Device.Cpu);
        Assert.Equal((4, 1e-3, 0.3, true), (instance.Features, instance.Epsilon, instance.Momentum, instance.TracksRunningStatistics));
        Assert.Equal("InstanceNorm2D(4, affine, running statistics)", instance.ToString());
        Assert.Equal("InstanceNorm1D(3)", new InstanceNorm1D(3, device: Device.Cpu).ToString());
        Assert.Equal("LocalResponseNorm(2, alpha 0.0001, beta 0.75, k 1)", new LocalResponseNorm(2).ToString());
        Assert.Equal("Unfold(2, dilation 3, padding 1, stride 4)", new Unfold(2, 3, 1, 4).ToString());
        Assert.Equal("Fold(8, 2, dilation 3, padding 1, stride 4)", new Fold(8, 2, 3, 1, 4).ToString());
        Bilinear bilinear = new(2, 3, 4, false, device: Device.Cpu);
        Assert.Equal((new Shape(4, 2, 3), null), (bilinear.Weight.Shape, bilinear.Bias));
        EmbeddingBag bag = new(7, 3, device: Device.Cpu);
        Assert.Equal((new Shape(7, 3), BagMode.Mean, null), (bag.Weight.Shape, bag.Mode, bag.PaddingIndex));
        WeightNorm weight = new(new Conv2D(2, 3, 1, device: Device.Cpu));
        Assert.Equal(["bias", "parametrizations.weight.original0", "parametrizations.weight.original1"], weight.State().Keys);
        Assert.Equal(new Shape(3, 1, 1, 1), weight.Magnitude.Shape);
        SpectralNorm spectral = new(new Dense(2, 3, device: Device.Cpu));
        Assert.Equal(1, spectral.PowerIterations);
        Assert.Equal(
            ["bias", "parametrizations.weight.0._u", "parametrizations.weight.0._v", "parametrizations.weight.original"], spectral.State().Keys.Order(StringComparer.Ordinal));
    }
}

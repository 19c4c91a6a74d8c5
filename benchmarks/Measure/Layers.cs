using DeepSharp.Layers;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Forward and backward of pooling, recurrence and attention.</summary>
internal static class Layers
{
    internal static void Run()
    {
        MaxPool(128, 16, 28);
        Lstm(32, 50, 64, 128);
        Attention(8, 4, 256, 32);
    }

    private static void MaxPool(int batch, int channels, int size)
    {
        Tensor x = Tensor.Normal([batch, channels, size, size]);
        Tensor upstream = Tensor.Normal([batch, channels, size / 2, size / 2]);
        Timing.Microseconds($"layer.max_pool.{batch}x{channels}x{size}", () => Gradients.Step([x], input => input[0].MaxPool2D(2), upstream));
    }

    private static void Lstm(int batch, int length, int inputs, int units)
    {
        LSTM layer = new(inputs, units, batchFirst: true);
        Tensor x = Tensor.Normal([batch, length, inputs]);
        Tensor upstream = Tensor.Normal([batch, length, units]);
        Timing.Microseconds($"layer.lstm.{batch}x{length}x{inputs}to{units}", () => Gradients.Step([x], input => layer.Forward(input[0]), upstream));
    }

    private static void Attention(int batch, int heads, int length, int width)
    {
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(_ => Tensor.Normal([batch, heads, length, width]))];
        Tensor upstream = Tensor.Normal([batch, heads, length, width]);
        Timing.Microseconds(
            $"layer.causal_attention.{batch}x{heads}x{length}x{width}",
            () => Gradients.Step(inputs, input => Tensor.ScaledDotProductAttention(input[0], input[1], input[2], causal: true), upstream));
    }
}

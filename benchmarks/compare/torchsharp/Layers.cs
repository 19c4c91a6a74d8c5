using TorchSharp.Modules;
using static TorchSharp.torch;

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
        Tensor x = randn(batch, channels, size, size, requires_grad: true);
        Tensor[] upstream = [randn(batch, channels, size / 2, size / 2)];
        Timing.Microseconds($"layer.max_pool.{batch}x{channels}x{size}", () =>
        {
            x.grad = null;
            nn.functional.max_pool2d(x, 2).backward(upstream);
        });
    }

    private static void Lstm(int batch, int length, int inputs, int units)
    {
        LSTM layer = nn.LSTM(inputs, units, batchFirst: true);
        Parameter[] parameters = [.. layer.parameters()];
        Tensor x = randn(batch, length, inputs, requires_grad: true);
        Tensor[] upstream = [randn(batch, length, units)];
        Timing.Microseconds($"layer.lstm.{batch}x{length}x{inputs}to{units}", () =>
        {
            x.grad = null;
            foreach (Parameter parameter in parameters)
            {
                parameter.grad = null;
            }

            layer.call(x).Item1.backward(upstream);
        });
    }

    private static void Attention(int batch, int heads, int length, int width)
    {
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(_ => randn(batch, heads, length, width, requires_grad: true))];
        Tensor[] upstream = [randn(batch, heads, length, width)];
        Timing.Microseconds($"layer.causal_attention.{batch}x{heads}x{length}x{width}", () =>
        {
            foreach (Tensor input in inputs)
            {
                input.grad = null;
            }

            nn.functional.scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], is_casual: true).backward(upstream);
        });
    }
}

using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Forward and backward of what a network consists of.</summary>
internal static class Gradients
{
    internal static void Run()
    {
        CrossEntropy(128, 10);
        CrossEntropy(4096, 1000);
        Normalization("batch_norm", static features => nn.BatchNorm1d(features), 128, 256);
        Normalization("layer_norm", static features => nn.LayerNorm(features), 128, 256);
        Normalization("layer_norm", static features => nn.LayerNorm(features), 4096, 512);
        Function("gelu", static x => x.gelu(), 1 << 20);
    }

    private static void CrossEntropy(int rows, int classes)
    {
        Tensor logits = randn(rows, classes, requires_grad: true);
        Tensor labels = randint(classes, rows, dtype: int64);
        Timing.Microseconds($"gradient.cross_entropy.{rows}x{classes}", () =>
        {
            logits.grad = null;
            nn.functional.cross_entropy(logits, labels).backward();
        });
    }

    // In training mode; batch norm with running statistics.
    private static void Normalization(string name, Func<int, nn.Module<Tensor, Tensor>> make, int rows, int features)
    {
        nn.Module<Tensor, Tensor> layer = make(features);
        Parameter[] parameters = [.. layer.parameters()];
        Tensor x = randn(rows, features, requires_grad: true);
        Tensor[] upstream = [randn(rows, features)];
        Timing.Microseconds($"gradient.{name}.{rows}x{features}", () =>
        {
            x.grad = null;
            foreach (Parameter parameter in parameters)
            {
                parameter.grad = null;
            }

            layer.call(x).backward(upstream);
        });
    }

    private static void Function(string name, Func<Tensor, Tensor> function, int size)
    {
        Tensor x = randn(size, requires_grad: true);
        Tensor[] upstream = [randn(size)];
        Timing.Microseconds($"gradient.{name}.1M", () =>
        {
            x.grad = null;
            function(x).backward(upstream);
        });
    }
}

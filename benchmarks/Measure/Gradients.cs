using DeepSharp.Layers;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Forward and backward of what a network consists of.</summary>
internal static class Gradients
{
    internal static void Run()
    {
        CrossEntropy(128, 10);
        CrossEntropy(4096, 1000);
        Normalization("batch_norm", static features => new BatchNorm(features), 128, 256);
        Normalization("layer_norm", static features => new LayerNorm(features), 128, 256);
        Normalization("layer_norm", static features => new LayerNorm(features), 4096, 512);
        Function("gelu", static x => x.GELU(), 1 << 20);
        Function("gelu_own_derivative", static x => x.Apply(default(OwnGeluByHand)), 1 << 20);
        Function("gelu_own_formula", static x => x.Apply(default(OwnGelu)), 1 << 20);
    }

    /// <summary>A leaf of its own for each step: in training, inputs come from layers before and collect no gradient over steps.</summary>
    internal static Tensor Leaf(Tensor values) => values.Detach().RequireGrad();

    private static void CrossEntropy(int rows, int classes)
    {
        Tensor logits = Tensor.Normal([rows, classes]);
        Tensor labels = Tensor.Uniform([rows], 0, classes).To(DType.Int64);
        CrossEntropyLoss loss = new();
        Timing.Microseconds($"gradient.cross_entropy.{rows}x{classes}", () => loss.Compute(Leaf(logits), labels).Backward());
    }

    // In training mode; batch norm with running statistics.
    private static void Normalization(string name, Func<int, Module> make, int rows, int features)
    {
        Module layer = make(features);
        Tensor x = Tensor.Normal([rows, features]);
        Tensor upstream = Tensor.Normal([rows, features]);
        Timing.Microseconds($"gradient.{name}.{rows}x{features}", () => layer.Forward(Leaf(x)).Backward(upstream));
    }

    private static void Function(string name, Func<Tensor, Tensor> function, int size)
    {
        Tensor x = Tensor.Normal([size]);
        Tensor upstream = Tensor.Normal([size]);
        Timing.Microseconds($"gradient.{name}.1M", () => function(Leaf(x)).Backward(upstream));
    }
}

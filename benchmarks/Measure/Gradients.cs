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

    /// <summary>
    /// A step forward and backward from leaves of its own, whose gradients go back to the pool with it: in training, inputs come from layers
    /// before, and collect no gradient over steps.
    /// </summary>
    internal static void Step(Tensor[] inputs, Func<Tensor[], Tensor> forward, Tensor? upstream = null)
    {
        Tensor[] leaves = [.. inputs.Select(static input => input.Detach().RequireGrad())];
        forward(leaves).Backward(upstream);
        foreach (Tensor leaf in leaves)
        {
            leaf.Gradient!.Dispose();
        }
    }

    private static void CrossEntropy(int rows, int classes)
    {
        Tensor logits = Tensor.Normal([rows, classes]);
        Tensor labels = Tensor.Uniform([rows], 0, classes).To(DType.Int64);
        CrossEntropyLoss loss = new();
        Timing.Microseconds($"gradient.cross_entropy.{rows}x{classes}", () => Step([logits], x => loss.Compute(x[0], labels)));
    }

    // In training mode; batch norm with running statistics.
    private static void Normalization(string name, Func<int, Module> make, int rows, int features)
    {
        Module layer = make(features);
        Tensor x = Tensor.Normal([rows, features]);
        Tensor upstream = Tensor.Normal([rows, features]);
        Timing.Microseconds($"gradient.{name}.{rows}x{features}", () => Step([x], input => layer.Forward(input[0]), upstream));
    }

    private static void Function(string name, Func<Tensor, Tensor> function, int size)
    {
        Tensor x = Tensor.Normal([size]);
        Tensor upstream = Tensor.Normal([size]);
        Timing.Microseconds($"gradient.{name}.1M", () => Step([x], input => function(input[0]), upstream));
    }
}

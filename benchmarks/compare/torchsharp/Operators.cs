using static TorchSharp.torch;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Single operators that make their result; TorchSharp has no form that writes into a tensor that is there, but for copies.</summary>
internal static class Operators
{
    private const int RowLength = 256;

    internal static void Run()
    {
        using IDisposable noGrad = no_grad();
        ElementWise("1K", 1 << 10);
        ElementWise("64K", 1 << 16);
        ElementWise("1M", 1 << 20);
        ElementWise("16M", 1 << 24);
    }

    private static void ElementWise(string label, int size)
    {
        using Tensor x = randn(size);
        using Tensor y = randn(size);
        using Tensor result = empty(size);
        using Tensor rows = x.view(-1, RowLength);
        (string Name, Action Action)[] work =
        [
            ("add", () => x.add(y)),
            ("exp", () => x.exp()),
            ("tanh", () => x.tanh()),
            ("sigmoid", () => x.sigmoid()),
            ("relu", () => x.relu()),
            ("gelu", () => x.gelu()),
            ("sum", () => x.sum()),
            ($"softmax_rows_of_{RowLength}", () => rows.softmax(1)),
            ($"log_softmax_rows_of_{RowLength}", () => rows.log_softmax(1)),
            ("copy", () => x.clone()),
            ("copy_out", () => result.copy_(x)),
            ("chain_of_5", () => x.mul(0.5).add(1).abs().leaky_relu(0.1).square().clamp(0.1, 4)),
            ("chain_of_5_out", () => result.copy_(x).mul_(0.5).add_(1).abs_().leaky_relu_(0.1).pow_(2).clamp_(0.1, 4)),
        ];
        foreach ((string name, Action action) in work)
        {
            Timing.Microseconds($"{name}.{label}", action);
        }
    }
}

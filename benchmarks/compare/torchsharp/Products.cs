using static TorchSharp.torch;

namespace DeepSharp.Benchmarks.Measure;

/// <summary>Float32 matrix products: square ones, and a batch of queries by keys whose axes are permuted, as attention has them.</summary>
internal static class Products
{
    internal static void Run()
    {
        using IDisposable noGrad = no_grad();
        foreach (int size in (int[])[256, 512, 1024])
        {
            Tensor a = randn(size, size);
            Tensor b = randn(size, size);
            Rate($"gemm.{size}", Math.Pow(size, 3), () => a.mm(b));
        }

        (int batch, int heads, int length, int width) = (8, 8, 128, 64);
        Tensor queries = randn(batch, length, heads, width).permute(0, 2, 1, 3);
        Tensor keys = randn(batch, length, heads, width).permute(0, 2, 3, 1);
        Rate("gemm.attention_scores", (double)batch * heads * length * length * width, () => queries.matmul(keys));
    }

    private static void Rate(string name, double multiplications, Action action) =>
        Timing.Row(name, "GFLOP/s", 2 * multiplications / Timing.MedianSeconds(action) / 1e9);
}

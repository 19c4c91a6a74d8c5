namespace DeepSharp.Benchmarks.Measure;

/// <summary>Square float32 matrix products.</summary>
internal static class Products
{
    internal static void Run()
    {
        using NoGrad noGrad = new();
        foreach (int size in (int[])[256, 512, 1024])
        {
            Tensor a = Tensor.Normal([size, size]);
            Tensor b = Tensor.Normal([size, size]);
            double seconds = Timing.MedianSeconds(() => a.MatMul(b));
            Timing.Row($"gemm.{size}", "GFLOP/s", 2 * Math.Pow(size, 3) / seconds / 1e9);
        }
    }
}

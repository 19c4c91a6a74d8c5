using System.Diagnostics;

namespace DeepSharp.Tool;

/// <summary>Whether a device computes right, and how fast.</summary>
internal static class DeviceSpeed
{
    private const double Seconds = 0.3;

    /// <summary>What it computes wrong, or null: a product, a sum and an exponential against plain loops in Float64.</summary>
    internal static string? Test(Device device)
    {
        const int Size = 96;
        double[] a = [.. Enumerable.Range(0, Size * Size).Select(static i => (i % 17) - 8.0)];
        double[] b = [.. Enumerable.Range(0, Size * Size).Select(static i => (i % 23) - 11.0)];
        using TensorScope scope = Tensor.Scope();
        using NoGrad off = new();
        Tensor left = Of(a);
        Tensor right = Of(b);
        float[] product = left.MatMul(right).ToArray<float>();
        for (int i = 0; i < product.Length; i++)
        {
            // Whole numbers this small have no rounding.
            double expected = 0;
            for (int k = 0; k < Size; k++)
            {
                expected += a[(i / Size * Size) + k] * b[(k * Size) + (i % Size)];
            }

            if (product[i] != expected)
            {
                return Output.Text($"a product of matrices has {product[i]:G9} in place of {expected} at [{i / Size}, {i % Size}]");
            }
        }

        double sum = left.Sum().ToArray<float>()[0];
        if (sum != a.Sum())
        {
            return Output.Text($"the sum of {a.Length} numbers is {sum:G9} in place of {a.Sum()}");
        }

        float[] exponentials = left.Exp().ToArray<float>();
        int wrong = Array.FindIndex(exponentials, value => !double.IsFinite(value));
        wrong = wrong >= 0 ? wrong : Enumerable.Range(0, a.Length).FirstOrDefault(i => Math.Abs((exponentials[i] / Math.Exp(a[i])) - 1) > 1e-6, -1);
        return wrong < 0 ? null : Output.Text($"exp({a[wrong]}) is {exponentials[wrong]:G9} in place of {Math.Exp(a[wrong]):G9}");

        Tensor Of(double[] values) => Tensor.From([.. values.Select(static value => (float)value)], [Size, Size], device);
    }

    /// <summary>GB/s of an addition: two numbers read and one written for each element.</summary>
    internal static double Bandwidth(Device device)
    {
        int size = device.Kind == DeviceKind.Emulated ? 1 << 14 : 1 << 24;
        using Tensor a = Tensor.Uniform([size], device: device);
        using Tensor b = Tensor.Uniform([size], device: device);
        return 12.0 * size / Fastest(device, () => a + b) / 1e9;
    }

    /// <summary>GFLOP/s of a product of square matrices in Float32: two operations for each of its multiplications.</summary>
    internal static double Rate(Device device)
    {
        int size = device.Kind switch { DeviceKind.Emulated => 32, DeviceKind.Cpu => 1024, _ => 4096 };
        using Tensor a = Tensor.Uniform([size, size], device: device);
        using Tensor b = Tensor.Uniform([size, size], device: device);
        return 2.0 * size * size * size / Fastest(device, () => a.MatMul(b)) / 1e9;
    }

    private static double Fastest(Device device, Func<Tensor> compute)
    {
        using NoGrad off = new();
        compute().Dispose();
        device.Synchronize();
        double best = double.MaxValue;
        for (Stopwatch all = Stopwatch.StartNew(); all.Elapsed.TotalSeconds < Seconds;)
        {
            long began = Stopwatch.GetTimestamp();
            compute().Dispose();
            device.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return best;
    }
}

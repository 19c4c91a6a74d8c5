using DeepSharp.Layers;
using DeepSharp.Optim;

namespace DeepSharp.Tests;

/// <summary>The number of threads and the width of registers, set by the program.</summary>
public class CpuKernelsTests
{
    [Fact]
    public void Results_do_not_depend_on_the_number_of_threads_which_may_change_at_any_time()
    {
        int before = CpuKernels.Threads;
        try
        {
            float[]? first = null;
            foreach (int threads in (int[])[1, 3, 2, 7, 1, 64])
            {
                CpuKernels.Threads = threads;
                Assert.Equal(threads, CpuKernels.Threads);
                Assert.Contains($"{threads} threads", Device.Cpu.Name, StringComparison.Ordinal);
                float[] now = Work();
                first ??= now;
                Assert.Equal(first, now);
            }
        }
        finally
        {
            CpuKernels.Threads = before;
        }
    }

    [Fact]
    public void Every_width_of_registers_gives_the_same_to_six_digits_and_the_same_bits_each_time()
    {
        int widest = CpuKernels.VectorBits;
        Assert.Equal(CpuKernels.SupportedVectorBits.Max(), widest);
        try
        {
            float[] first = Work();
            foreach (int bits in CpuKernels.SupportedVectorBits)
            {
                CpuKernels.VectorBits = bits;
                Assert.Equal(bits, CpuKernels.VectorBits);
                float[] now = Work();
                Assert.Equal(bits == widest, first.SequenceEqual(now));
                Assert.All(first, (x, i) => Assert.Equal(x, now[i], 1e-5 * (1 + Math.Abs(x))));
                Assert.Equal(now, Work());
            }
        }
        finally
        {
            CpuKernels.VectorBits = widest;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    [InlineData(-1)]
    public void Threads_that_there_cannot_be_are_refused(int threads)
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => CpuKernels.Threads = threads).Message;
        Assert.Contains("from 1 to 64", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(300)]
    [InlineData(1024)]
    public void Registers_that_there_are_not_are_refused(int bits)
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => CpuKernels.VectorBits = bits).Message;
        Assert.Contains($"not of {bits}", message, StringComparison.Ordinal);
    }

    // Products, sums, rows and an optimizer's steps, long enough for several threads.
    private static float[] Work()
    {
        using TensorScope scope = Tensor.Scope();
        Generator random = new(1);
        Sequential model = [new Dense(64, 256, generator: random, device: Device.Cpu), new BatchNorm(256, device: Device.Cpu), new GELU(), new Dense(256, 8, generator: random, device: Device.Cpu)];
        Tensor x = Tensor.Normal([512, 64], generator: random, device: Device.Cpu);
        Adam optimizer = new(model.Parameters());
        for (int i = 0; i < 3; i++)
        {
            optimizer.Step(() => model.Forward(x).LogSoftmax().Square().Mean());
        }

        return [.. model.Forward(x).ToArray<float>(), (float)Tensor.Normal([300_000], generator: random, device: Device.Cpu).Sum().Item()];
    }
}

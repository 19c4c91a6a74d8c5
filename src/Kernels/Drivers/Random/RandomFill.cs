using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Random numbers: element i is a function of seed, position and i alone, on every device.</summary>
/// <remarks>
/// A block of four 32-bit words gives four Float32 or two Float64 numbers. Positions count blocks, so that the next fill goes on
/// <see cref="Blocks"/> later.
/// </remarks>
public static class RandomFill
{
    /// <summary>The blocks that a fill of so many elements uses.</summary>
    public static ulong Blocks(int count, DType dtype) => ((ulong)count + (dtype == DType.Float64 ? 1UL : 3UL)) / (dtype == DType.Float64 ? 2UL : 4UL);

    /// <summary>Fills a contiguous tensor with numbers uniform in [low, high).</summary>
    public static void Uniform(in Operand output, double low, double high, ulong seed, ulong position) =>
        Run(new UniformPair(low, high), output, seed, position);

    /// <summary>Fills a contiguous tensor with normally distributed numbers.</summary>
    public static void Normal(in Operand output, double mean, double deviation, ulong seed, ulong position) =>
        Run(new NormalPair(mean, deviation), output, seed, position);

    /// <summary>Fills a contiguous tensor with ones, each with a probability, and zeros.</summary>
    public static void Bernoulli(in Operand output, double probability, ulong seed, ulong position) =>
        Run(new BernoulliPair(probability), output, seed, position);

    /// <summary>output = input / (1 - probability), or 0 with the probability. Both are contiguous and may be the same.</summary>
    /// <remarks>The same seed and position drop the same elements: the backward pass is the same call on the gradient.</remarks>
    public static void Dropout(in Operand output, in Operand input, double probability, ulong seed, ulong position)
    {
        if (output.DType is not (DType.Float32 or DType.Float64))
        {
            throw new ArgumentException($"Dropout is computed in Float32 or Float64, not {output.DType}. Cast first.");
        }

        if (output.DType == DType.Float64)
        {
            Dropout<F64, PairsOf64>(output, input, probability, seed, position);
        }
        else
        {
            Dropout<F32, PairsOf32>(output, input, probability, seed, position);
        }
    }

    private static void Run<TDistribution>(TDistribution distribution, in Operand output, ulong seed, ulong position)
        where TDistribution : unmanaged, IPairDistribution
    {
        switch (output.DType)
        {
            case DType.Float64:
                Run<TDistribution, F64, PairsOf64>(distribution, output, seed, position);
                break;
            case DType.Float32:
                Run<TDistribution, F32, PairsOf32>(distribution, output, seed, position);
                break;
            default:
                throw new ArgumentException($"Random numbers are drawn as Float32 or Float64, not {output.DType}. Convert them.");
        }
    }

    private static unsafe void Run<TDistribution, T, TPairs>(TDistribution distribution, in Operand output, ulong seed, ulong position)
        where TDistribution : unmanaged, IPairDistribution
        where T : unmanaged, IReal<T>
        where TPairs : unmanaged, IPairs<T>
    {
        int count = output.Count;
        if (count == 0)
        {
            return;
        }

        Device device = output.Device;
        int pairs = (int)(((long)count + 1) / 2);
        if (device.IsHost)
        {
            device.CountLaunch();
            HostParallel.For(pairs, 2048, new FillLoop<TDistribution, T, TPairs>(
                distribution, output.Block.Host<T>(output.Offset), count, seed, position));
            return;
        }

        device.Kernel<FillLoop<TDistribution, T, TPairs>, Action<KernelConfig, TDistribution, ArrayView<T>, int, ulong, ulong>>(
            static accelerator => accelerator.Launcher<TDistribution, ArrayView<T>, int, ulong, ulong>(
                FillKernel<TDistribution, T, TPairs>))(
                    device.Grid(pairs), distribution, output.Block.View<T>(output.Offset, count), count, seed, position);
    }

    private static unsafe void Dropout<T, TPairs>(in Operand output, in Operand input, double probability, ulong seed, ulong position)
        where T : unmanaged, IReal<T>
        where TPairs : unmanaged, IPairs<T>
    {
        int count = output.Count;
        if (count == 0)
        {
            return;
        }

        Device device = output.Device;
        int pairs = (int)(((long)count + 1) / 2);
        if (device.IsHost)
        {
            device.CountLaunch();
            HostParallel.For(pairs, 2048, new DropoutLoop<T, TPairs>(
                output.Block.Host<T>(output.Offset), input.Block.Host<T>(input.Offset), count, probability, seed, position));
            return;
        }

        device.Kernel<DropoutLoop<T, TPairs>, Action<KernelConfig, ArrayView<T>, ArrayView<T>, int, double, ulong, ulong>>(
            static accelerator => accelerator.Launcher<ArrayView<T>, ArrayView<T>, int, double, ulong, ulong>(
                DropoutKernel<T, TPairs>))(
                    device.Grid(pairs), output.Block.View<T>(output.Offset, count), input.Block.View<T>(input.Offset, count), count,
                    probability, seed, position);
    }

    private static void FillKernel<TDistribution, T, TPairs>(
        TDistribution distribution, ArrayView<T> output, int count, ulong seed, ulong position)
        where TDistribution : unmanaged, IPairDistribution
        where T : unmanaged, IReal<T>
        where TPairs : unmanaged, IPairs<T>
    {
        for (int pair = Grid.GlobalIndex.X; (uint)pair < (uint)((count >> 1) + (count & 1)); pair += Grid.DimX * Group.DimX)
        {
            default(TPairs).Draw(seed, position, pair, out T u, out T v);
            distribution.Sample(u, v, out T first, out T second);
            output[2 * pair] = first;
            if ((2 * pair) + 1 < count)
            {
                output[(2 * pair) + 1] = second;
            }
        }
    }

    private static void DropoutKernel<T, TPairs>(
        ArrayView<T> output, ArrayView<T> input, int count, double probability, ulong seed, ulong position)
        where T : unmanaged, IReal<T>
        where TPairs : unmanaged, IPairs<T>
    {
        for (int pair = Grid.GlobalIndex.X; (uint)pair < (uint)((count >> 1) + (count & 1)); pair += Grid.DimX * Group.DimX)
        {
            default(TPairs).Draw(seed, position, pair, out T u, out T v);
            T scale = 1 / (1 - probability);
            output[2 * pair] = T.IfGreater(probability, u, 0, input[2 * pair] * scale);
            if ((2 * pair) + 1 < count)
            {
                output[(2 * pair) + 1] = T.IfGreater(probability, v, 0, input[(2 * pair) + 1] * scale);
            }
        }
    }

    private readonly unsafe struct FillLoop<TDistribution, T, TPairs>(
        TDistribution distribution, T* output, int count, ulong seed, ulong position) : IRangeBody
        where TDistribution : unmanaged, IPairDistribution
        where T : unmanaged, IReal<T>
        where TPairs : unmanaged, IPairs<T>
    {
        public void Run(int start, int end)
        {
            for (int pair = start; pair < end; pair++)
            {
                default(TPairs).Draw(seed, position, pair, out T u, out T v);
                distribution.Sample(u, v, out T first, out T second);
                output[2 * pair] = first;
                if ((2 * pair) + 1 < count)
                {
                    output[(2 * pair) + 1] = second;
                }
            }
        }
    }

    private readonly unsafe struct DropoutLoop<T, TPairs>(
        T* output, T* input, int count, double probability, ulong seed, ulong position) : IRangeBody
        where T : unmanaged, IReal<T>
        where TPairs : unmanaged, IPairs<T>
    {
        public void Run(int start, int end)
        {
            T scale = 1 / (1 - probability);
            for (int pair = start; pair < end; pair++)
            {
                default(TPairs).Draw(seed, position, pair, out T u, out T v);
                output[2 * pair] = T.IfGreater(probability, u, 0, input[2 * pair] * scale);
                if ((2 * pair) + 1 < count)
                {
                    output[(2 * pair) + 1] = T.IfGreater(probability, v, 0, input[(2 * pair) + 1] * scale);
                }
            }
        }
    }
}

namespace DeepSharp.Kernels;

/// <summary>Random numbers: element i is a function of seed, position and i alone, on every device.</summary>
/// <remarks>
/// Tensors are contiguous, of Float32 or Float64. A block of four 32-bit words gives four Float32 or two Float64 numbers. Positions count
/// blocks, so that the next fill goes on <see cref="Blocks"/> later.
/// </remarks>
internal static partial class RandomFill
{
    /// <summary>The blocks that a fill of so many elements uses.</summary>
    internal static ulong Blocks(int count, DType dtype) => ((ulong)count + (dtype == DType.Float64 ? 1UL : 3UL)) / (dtype == DType.Float64 ? 2UL : 4UL);

    /// <summary>Fills with numbers uniform in [low, high).</summary>
    internal static void Uniform(in Operand output, double low, double high, ulong seed, ulong position) =>
        Run(new UniformPair(low, high), output, output, seed, position);

    /// <summary>Fills with normally distributed numbers.</summary>
    internal static void Normal(in Operand output, double mean, double deviation, ulong seed, ulong position) =>
        Run(new NormalPair(mean, deviation), output, output, seed, position);

    /// <summary>output = input + normally distributed numbers. Both may be the same.</summary>
    internal static void AddNormal(in Operand output, in Operand input, double deviation, ulong seed, ulong position) =>
        Run(new NoisePair(deviation), output, input, seed, position);

    /// <summary>Fills with normally distributed numbers from low to high.</summary>
    internal static void TruncatedNormal(in Operand output, double mean, double deviation, double low, double high, ulong seed, ulong position) =>
        Run(new TruncatedNormalPair(mean, deviation, low, high), output, output, seed, position);

    /// <summary>Fills with ones, each with a probability, and zeros.</summary>
    internal static void Bernoulli(in Operand output, double probability, ulong seed, ulong position) =>
        Run(new BernoulliPair(probability), output, output, seed, position);

    /// <summary>output = input / (1 - probability), or 0 with the probability. Both may be the same.</summary>
    /// <remarks>The same seed and position drop the same elements: the backward pass is the same call on the gradient.</remarks>
    internal static void Dropout(in Operand output, in Operand input, double probability, ulong seed, ulong position) =>
        Run(new DropoutPair(probability), output, input, seed, position);

    private static void Run<TPair>(TPair pair, in Operand output, in Operand input, ulong seed, ulong position)
        where TPair : unmanaged, IPair
    {
        if (output.Count > 0)
        {
            Dispatch.Float(
                nameof(RandomFill), output.DType, output.Device, new Drawing<TPair>(new(pair, output.Count, seed, position), output, input));
        }
    }

    /// <summary>What a fill draws.</summary>
    internal readonly record struct Draw<TPair>(TPair Pair, int Count, ulong Seed, ulong Position)
    {
        internal int Pairs => (Count >> 1) + (Count & 1);
    }

    private readonly ref struct Drawing<TPair>(Draw<TPair> draw, in Operand output, in Operand input) : IFloatVisitor
        where TPair : unmanaged, IPair
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector>
        {
            if (typeof(T) == typeof(F64))
            {
                Run<F64, UniformOf64>();
            }
            else
            {
                Run<F32, UniformOf32>();
            }
        }

        private void Run<T, TUniform>()
            where T : unmanaged, IReal<T>
            where TUniform : unmanaged, IUniform<T>
        {
            if (_output.Device.StartsOnHost())
            {
                OnHost<TPair, T, TUniform>(draw, _output, _input);
            }
            else
            {
                OnGpu<TPair, T, TUniform>(draw, _output, _input);
            }
        }
    }
}

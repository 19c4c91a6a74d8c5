using DeepSharp.Kernels;

namespace DeepSharp;

/// <content>Random tensors.</content>
public partial class Tensor
{
    /// <summary>Numbers uniform in [low, high).</summary>
    /// <param name="shape">The axis lengths.</param>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The upper end is below the lower one, or the range is not finite in the element
    /// type.</exception>
    public static Tensor Uniform(
        Shape shape, double low = 0, double high = 1, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        double range = dtype == DType.Float64 ? high - low : (float)high - (float)low;
        if (!(high >= low && double.IsFinite(range)))
        {
            throw new ArgumentOutOfRangeException(nameof(high), $"Uniform: [{low}, {high}) is no finite range of {dtype}; the upper end comes second.");
        }

        Tensor made = Random(shape, dtype, device, generator, nameof(Uniform), out ulong seed, out ulong position);
        RandomFill.Uniform(made.Operand, low, high, seed, position);
        return made;
    }

    /// <summary>Normally distributed numbers.</summary>
    /// <param name="shape">The axis lengths.</param>
    /// <param name="mean">The mean.</param>
    /// <param name="standardDeviation">The standard deviation.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The mean is not finite in the element type, or the standard deviation negative or not
    /// finite.</exception>
    public static Tensor Normal(
        Shape shape,
        double mean = 0,
        double standardDeviation = 1,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
    {
        bool isDouble = dtype == DType.Float64;
        if (!double.IsFinite(isDouble ? mean : (float)mean))
        {
            throw new ArgumentOutOfRangeException(nameof(mean), $"Normal: the mean must be finite in {dtype}, not {mean}.");
        }

        if (!(standardDeviation >= 0 && double.IsFinite(isDouble ? standardDeviation : (float)standardDeviation)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation), $"Normal: the standard deviation must be finite and not negative, not {standardDeviation}.");
        }

        Tensor made = Random(shape, dtype, device, generator, nameof(Normal), out ulong seed, out ulong position);
        RandomFill.Normal(made.Operand, mean, standardDeviation, seed, position);
        return made;
    }

    /// <summary>Ones, each with a probability, and zeros.</summary>
    /// <param name="shape">The axis lengths.</param>
    /// <param name="probability">The probability of a one, in [0, 1].</param>
    /// <param name="dtype">Float32 or Float64; convert to <see cref="DType.Bool"/> for a mask.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is outside [0, 1].</exception>
    public static Tensor Bernoulli(
        Shape shape, double probability = 0.5, DType dtype = DType.Float32, Device? device = null, Generator? generator = null)
    {
        if (!(probability >= 0 && probability <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), $"Bernoulli: the probability must be in [0, 1], not {probability}.");
        }

        Tensor made = Random(shape, dtype, device, generator, nameof(Bernoulli), out ulong seed, out ulong position);
        RandomFill.Bernoulli(made.Operand, probability, seed, position);
        return made;
    }

    /// <summary>Normally distributed numbers within limits: those beyond are not drawn, rather than moved. PyTorch's trunc_normal_.</summary>
    /// <remarks>By the inverse of the distribution function, which has few digits left beyond four standard deviations (eight in Float64).</remarks>
    /// <param name="shape">The axis lengths.</param>
    /// <param name="mean">The mean of the whole distribution.</param>
    /// <param name="standardDeviation">The standard deviation of the whole distribution.</param>
    /// <param name="low">The lower limit.</param>
    /// <param name="high">The upper limit.</param>
    /// <param name="dtype">Float32 or Float64.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The standard deviation is not above 0 and finite, or the upper limit not above the lower.</exception>
    public static Tensor TruncatedNormal(
        Shape shape,
        double mean = 0,
        double standardDeviation = 1,
        double low = -2,
        double high = 2,
        DType dtype = DType.Float32,
        Device? device = null,
        Generator? generator = null)
    {
        if (!(standardDeviation > 0 && double.IsFinite(standardDeviation) && double.IsFinite(mean)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation),
                $"TruncatedNormal: the standard deviation must be above 0, and finite as the mean, not {standardDeviation} with a mean of {mean}.");
        }

        if (!(low < high))
        {
            throw new ArgumentOutOfRangeException(nameof(high), $"TruncatedNormal: [{low}, {high}] is no range; the upper limit comes second.");
        }

        Tensor made = Random(shape, dtype, device, generator, nameof(TruncatedNormal), out ulong seed, out ulong position);
        RandomFill.TruncatedNormal(made.Operand, mean, standardDeviation, low, high, seed, position);
        return made;
    }

    /// <summary>Whole numbers, each of low, low + 1, … below <paramref name="high"/> equally likely. PyTorch's randint.</summary>
    /// <param name="shape">The axis lengths.</param>
    /// <param name="low">The smallest number.</param>
    /// <param name="high">The number behind the largest.</param>
    /// <param name="dtype">The element type; the numbers must be of it.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no number in the range, or one beyond 2^53.</exception>
    public static Tensor RandomIntegers(
        Shape shape, long low, long high, DType dtype = DType.Int64, Device? device = null, Generator? generator = null)
    {
        const long Most = 1L << 53;
        if (high <= low || low < -Most || high > Most || high - low > Most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(high), $"RandomIntegers: from {low} to below {high}; use a range with a number in it, of at most 2^53 numbers up to 2^53.");
        }

        Tensor made = Random(shape, DType.Float64, device, generator, nameof(RandomIntegers), out ulong seed, out ulong position);
        RandomFill.Uniform(made.Operand, 0, 1, seed, position);
        Elementwise.Run(
            new UnaryForward<Then<Then<AffineOp, FloorOp>, AffineOp>>(new AffineOp(high - low, 0).Then(default(FloorOp)).Then(new AffineOp(1, low))),
            made.Operand, made.Operand);
        return made.To(dtype).MadeBy(nameof(RandomIntegers));
    }

    /// <summary>The numbers from 0 to <paramref name="count"/> - 1 in a random order, Int64. PyTorch's randperm.</summary>
    /// <param name="count">How many.</param>
    /// <param name="device">Where; <see cref="Device.Default"/> if null.</param>
    /// <param name="generator">The stream; <see cref="Generator.Default"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static Tensor Permutation(int count, Device? device = null, Generator? generator = null)
    {
        Bounds.AtLeast(0, count, nameof(Permutation));
        using Tensor keys = Random(count, DType.Float64, device, generator, nameof(Permutation), out ulong seed, out ulong position);
        RandomFill.Uniform(keys.Operand, 0, 1, seed, position);
        Tensor made = Uninitialized(count, DType.Int64, keys.Device, nameof(Permutation));
        Sorting.ArgSort(made.Operand, keys.Operand, 0, descending: false);
        return made;
    }

    private static Tensor Random(
        Shape shape, DType dtype, Device? device, Generator? generator, string origin, out ulong seed, out ulong position)
    {
        if (dtype is not (DType.Float32 or DType.Float64))
        {
            throw new ArgumentException($"{origin}: random numbers are Float32 or Float64, not {dtype}. Convert them with To.", nameof(dtype));
        }

        Generator stream = generator ?? Generator.Default;
        seed = stream.Seed;
        position = stream.Take(shape.Size, dtype);
        return Uninitialized(shape, dtype, device ?? Device.Default, origin);
    }
}

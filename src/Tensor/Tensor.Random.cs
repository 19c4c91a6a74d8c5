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

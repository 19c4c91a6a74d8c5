using System.Runtime.CompilerServices;

namespace DeepSharp;

/// <summary>Normalisation of rows, along the last axis, with gradients.</summary>
/// <remarks>
/// Of the sum of an input and a residual, the kernel that takes the statistics makes the sum, and writes it where it is needed further
/// on. That is for Float32 and Float64 tensors of one shape; 16-bit floats, and what broadcasts, are added by an operator of their own.
/// The values are the same either way. 16-bit floats are normalised in Float32.
/// </remarks>
public static class RowNormOperators
{
    extension(Tensor x)
    {
        /// <summary>
        /// Layer normalisation: y = (x - mean) / sqrt(variance + epsilon) * weight + bias, with the mean and the biased variance of each
        /// row. Ba, Kiros, Hinton 2016.
        /// </summary>
        /// <param name="weight">What multiplies each feature, [D], or null.</param>
        /// <param name="bias">What is added to each feature, [D], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The input is not […, D], or shapes, element types or devices do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        [OverloadResolutionPriority(1)]
        public Tensor LayerNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            Check("LayerNorm", x, epsilon, ("weight", weight), ("bias", bias));
            return x.DType.IsHalfPrecision
                ? x.HalfToSingle().LayerNorm(weight?.HalfToSingle(), bias?.HalfToSingle(), epsilon).Like(x).MadeBy(nameof(LayerNorm))
                : LayerNormNode.Run(x, null, weight, bias, epsilon, false, out _);
        }

        /// <summary>Layer normalisation over several axes: those of a shape, which are the last ones.</summary>
        /// <param name="normalizedShape">The lengths of the last axes.</param>
        /// <param name="weight">What multiplies each element of them, of that shape, or null.</param>
        /// <param name="bias">What is added to each, of that shape, or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The input's last axes have other lengths, or shapes, element types or devices do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor LayerNorm(Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            CheckTail(nameof(LayerNorm), x, normalizedShape, ("weight", weight), ("bias", bias));
            return Rows(x, normalizedShape).LayerNorm(weight?.Flatten(), bias?.Flatten(), epsilon).Reshape(x.Shape).MadeBy(nameof(LayerNorm));
        }

        /// <summary>Layer normalisation of the input plus a residual; see <see cref="LayerNorm(Tensor, Tensor, Tensor, double)"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="weight">What multiplies each feature, [D], or null.</param>
        /// <param name="bias">What is added to each feature, [D], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The sum is not […, D], or the two do not go together.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor AddLayerNorm(Tensor residual, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
            OfSum(x, residual, weight, bias, epsilon, false, out _);

        /// <summary>Layer normalisation of the input plus a residual, and the sum, which networks that normalise first carry on; see
        /// <see cref="LayerNorm(Tensor, Tensor, Tensor, double)"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="sum">The input plus the residual.</param>
        /// <param name="weight">What multiplies each feature, [D], or null.</param>
        /// <param name="bias">What is added to each feature, [D], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero.</param>
        /// <exception cref="ArgumentException">The sum is not […, D], or the two do not go together.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor AddLayerNorm(Tensor residual, out Tensor sum, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5)
        {
            Tensor y = OfSum(x, residual, weight, bias, epsilon, true, out Tensor? kept);
            sum = kept!;
            return y;
        }

        /// <summary>
        /// RMS normalisation: y = x / sqrt(mean of x^2 + epsilon) * weight, with the mean of each row. Zhang, Sennrich 2019.
        /// </summary>
        /// <param name="weight">What multiplies each feature (the gain), [D], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero; the machine epsilon of the input's element type if null, as PyTorch has
        /// it (2^-23 for Float32).</param>
        /// <exception cref="ArgumentException">The input is not […, D], or shapes, element types or devices do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        [OverloadResolutionPriority(1)]
        public Tensor RMSNorm(Tensor? weight = null, double? epsilon = null)
        {
            double keeps = epsilon ?? MachineEpsilon(x);
            Check("RMSNorm", x, keeps, ("weight", weight));
            return x.DType.IsHalfPrecision
                ? x.HalfToSingle().RMSNorm(weight?.HalfToSingle(), keeps).Like(x).MadeBy(nameof(RMSNorm))
                : RMSNormNode.Run(x, null, weight, keeps, false, out _);
        }

        /// <summary>RMS normalisation over several axes: those of a shape, which are the last ones.</summary>
        /// <param name="normalizedShape">The lengths of the last axes.</param>
        /// <param name="weight">What multiplies each element of them, of that shape, or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero; the machine epsilon of the input's element type if null.</param>
        /// <exception cref="ArgumentException">The input's last axes have other lengths, or shapes, element types or devices do not fit.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor RMSNorm(Shape normalizedShape, Tensor? weight = null, double? epsilon = null)
        {
            CheckTail(nameof(RMSNorm), x, normalizedShape, ("weight", weight));
            return Rows(x, normalizedShape).RMSNorm(weight?.Flatten(), epsilon).Reshape(x.Shape).MadeBy(nameof(RMSNorm));
        }

        /// <summary>RMS normalisation of the input plus a residual; see <see cref="RMSNorm(Tensor, Tensor, double?)"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="weight">What multiplies each feature (the gain), [D], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero; the machine epsilon of the sum's element type if null.</param>
        /// <exception cref="ArgumentException">The sum is not […, D], or the two do not go together.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor AddRMSNorm(Tensor residual, Tensor? weight = null, double? epsilon = null) =>
            OfSum(x, residual, weight, epsilon, false, out _);

        /// <summary>RMS normalisation of the input plus a residual, and the sum, which networks that normalise first carry on; see
        /// <see cref="RMSNorm(Tensor, Tensor, double?)"/>.</summary>
        /// <param name="residual">Added to the input; shaped as it is, or it broadcasts.</param>
        /// <param name="sum">The input plus the residual.</param>
        /// <param name="weight">What multiplies each feature (the gain), [D], or null.</param>
        /// <param name="epsilon">Keeps the divisor from zero; the machine epsilon of the sum's element type if null.</param>
        /// <exception cref="ArgumentException">The sum is not […, D], or the two do not go together.</exception>
        /// <exception cref="ArgumentOutOfRangeException">Epsilon is negative or not finite.</exception>
        public Tensor AddRMSNorm(Tensor residual, out Tensor sum, Tensor? weight = null, double? epsilon = null)
        {
            Tensor y = OfSum(x, residual, weight, epsilon, true, out Tensor? kept);
            sum = kept!;
            return y;
        }
    }

    private static Tensor OfSum(
        Tensor x, Tensor residual, Tensor? weight, Tensor? bias, double epsilon, bool keepsSum, out Tensor? sum)
    {
        if (!AddNormOperators.IsOnePass(ref x, ref residual))
        {
            sum = x + residual;
            return sum.LayerNorm(weight, bias, epsilon);
        }

        Check("LayerNorm", x, epsilon, ("weight", weight), ("bias", bias));
        return LayerNormNode.Run(x, residual, weight, bias, epsilon, keepsSum, out sum);
    }

    private static Tensor OfSum(Tensor x, Tensor residual, Tensor? weight, double? epsilon, bool keepsSum, out Tensor? sum)
    {
        if (!AddNormOperators.IsOnePass(ref x, ref residual))
        {
            sum = x + residual;
            return sum.RMSNorm(weight, epsilon);
        }

        double keeps = epsilon ?? MachineEpsilon(x);
        Check("RMSNorm", x, keeps, ("weight", weight));
        return RMSNormNode.Run(x, residual, weight, keeps, keepsSum, out sum);
    }

    private static void Check(string operation, Tensor x, double epsilon, params ReadOnlySpan<(string Name, Tensor? Value)> parameters)
    {
        ArgumentNullException.ThrowIfNull(x);
        ReductionKernels.RequireReal(operation, x);
        Bounds.Epsilon(epsilon, operation);

        foreach ((string name, Tensor? value) in parameters)
        {
            if (x.Rank == 0 || (value is not null && value.Shape != x.Shape[^1]))
            {
                throw new ArgumentException(
                    $"{operation}: an input {x.Shape} does not fit {name} {value?.Shape.ToString() ?? "none"}; use […, D] and [D].");
            }

            NormOperators.CheckAlike(operation, x, name, value);
        }
    }

    // The last axes as one.
    private static Tensor Rows(Tensor x, Shape tail) => x.Reshape([.. x.Shape.AsSpan()[..^tail.Rank], tail.Size]);

    private static void CheckTail(string operation, Tensor x, Shape tail, params ReadOnlySpan<(string Name, Tensor? Value)> parameters)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (tail.Rank == 0 || tail.Rank > x.Rank || !x.Shape.AsSpan()[^tail.Rank..].SequenceEqual(tail.AsSpan()))
        {
            throw new ArgumentException($"{operation}: an input {x.Shape} does not end in {tail}. Use the lengths of its last axes, at least one.", nameof(x));
        }

        foreach ((string name, Tensor? value) in parameters)
        {
            if (value is not null && value.Shape != tail)
            {
                throw new ArgumentException($"{operation}: {name} {value.Shape} does not fit an input {x.Shape} normalised over {tail}; use {tail}.");
            }
        }
    }

    private static double MachineEpsilon(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.DType switch
        {
            DType.Float64 => Math.ScaleB(1, -52),
            DType.Float16 => Math.ScaleB(1, -10),
            DType.BFloat16 => Math.ScaleB(1, -7),
            _ => Math.ScaleB(1, -23),
        };
    }
}

using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The one rule for constants: an element type takes those that it can hold. What is converted from a tensor saturates instead; see
/// <see cref="Tensor.To(DType)"/>.</summary>
internal static class Constants
{
    /// <summary>Refuses a constant that no element of a type can hold: for integers all but whole numbers of their range, for floats finite
    /// numbers that would round to infinity. Masks hold whether a number is 0.</summary>
    /// <returns>The constant.</returns>
    internal static double Checked(string operation, double value, DType dtype, string argument = "value", string? name = null)
    {
        RequireWhole(operation, value, dtype, argument, name);
        (double least, double above) = dtype switch
        {
            DType.UInt8 => (0, 256.0),
            DType.Int32 => (int.MinValue, -(double)int.MinValue),
            DType.Int64 => (long.MinValue, -(double)long.MinValue),
            _ => (double.NegativeInfinity, double.PositiveInfinity),
        };
        if (dtype.IsInteger ? !(value >= least && value < above) : double.IsFinite(value) && !double.IsFinite(Rounded(value, dtype)))
        {
            throw new ArgumentException(
                $"{operation}: {name ?? argument} is {value}, which no element of {dtype} can hold. Use another element type, or a value in its range.", argument);
        }

        return value;
    }

    /// <summary>Refuses a constant with a fraction, and NaN, for integers.</summary>
    internal static void RequireWhole(string operation, double value, DType dtype, string argument, string? name = null)
    {
        if (dtype.IsInteger && value != Math.Truncate(value))
        {
            throw new ArgumentException(
                $"{operation}: {name ?? argument} is {value}, which is no whole number and would be cut off to one as {dtype}. Use DType.Float32, or round "
                + "it first.", argument);
        }
    }

    private static double Rounded(double value, DType dtype) => dtype switch
    {
        DType.Float32 => (float)value,
        DType.Float16 => F16.ToDouble(F16.FromDouble(value)),
        DType.BFloat16 => BF16.ToDouble(BF16.FromDouble(value)),
        _ => value,
    };
}

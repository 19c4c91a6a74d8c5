using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>The one rule for constants: an element type takes those that it can hold. What is converted from a tensor saturates instead; see
/// <see cref="Tensor.To(DType)"/>.</summary>
internal static class Constants
{
    /// <summary>Refuses a constant that no element of a type can hold.</summary>
    /// <param name="operation">The operator, for the message.</param>
    /// <param name="value">The constant.</param>
    /// <param name="dtype">The element type.</param>
    /// <param name="argument">The argument it was given as.</param>
    /// <param name="name">What it is, if it is not the argument itself.</param>
    /// <returns>The constant.</returns>
    internal static double Checked(string operation, double value, DType dtype, string argument = "value", string? name = null)
    {
        RequireWhole(operation, value, dtype, argument, name);
        return Fits(value, dtype)
            ? value
            : throw new ArgumentException(
                $"{operation}: {name ?? argument} is {value}, which no element of {dtype} can hold. Use a value in its range, or another element type, "
                + "of tensors with To(DType.Float32).", argument);
    }

    /// <summary>Refuses a constant with a fraction, and NaN, for integers.</summary>
    internal static void RequireWhole(string operation, double value, DType dtype, string argument, string? name = null)
    {
        if (dtype.IsInteger && value != Math.Truncate(value))
        {
            throw new ArgumentException(
                $"{operation}: {name ?? argument} is {value}, which is no whole number, and would be cut off to one as {dtype}. Round it first, or use "
                + "another element type, of tensors with To(DType.Float32).", argument);
        }
    }

    /// <summary>Whether an element can hold a constant: of integers a whole number of their range, of floats all but finite numbers that would
    /// round to infinity. Masks hold whether it is 0.</summary>
    internal static bool Fits(double value, DType dtype) => dtype switch
    {
        DType.UInt8 => value is >= 0 and <= 255 && value == Math.Truncate(value),
        DType.Int32 => value is >= int.MinValue and <= int.MaxValue && value == Math.Truncate(value),
        DType.Int64 => value >= long.MinValue && value < -(double)long.MinValue && value == Math.Truncate(value),
        DType.Float32 => !double.IsFinite(value) || float.IsFinite((float)value),
        DType.Float16 => !double.IsFinite(value) || double.IsFinite(F16.ToDouble(F16.FromDouble(value))),
        DType.BFloat16 => !double.IsFinite(value) || double.IsFinite(BF16.ToDouble(BF16.FromDouble(value))),
        _ => true,
    };
}

using DeepSharp.Kernels;

namespace DeepSharp;

/// <summary>Reductions outside the graph; results keep the reduced axes at length one.</summary>
internal static class ReductionKernels
{
    internal static void RequireReal(string operation, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!x.DType.IsFloatingPoint)
        {
            throw new ArgumentException(
                $"{operation}: needs floating-point elements, not {x.DType} of shape {x.Shape}. Convert with To(DType.Float32).");
        }
    }

    internal static void RequireElements(string operation, Tensor x, ReducedAxes axes)
    {
        if (axes.Count == 0 && axes.Kept.Size != 0)
        {
            throw new InvalidOperationException(
                $"{operation}: a tensor of shape {x.Shape} has no element to choose from. Reduce axes that are not empty.");
        }
    }

    internal static Tensor Sum(Tensor x, ReducedAxes axes)
    {
        Tensor sum = Output(x, axes, nameof(Sum), x.DType.IsFloatingPoint ? x.DType : DType.Int64);
        Reduction.RunNumeric(default(Sum), sum.Operand, x.Operand, axes.Mask);
        return sum;
    }

    /// <summary>Puts the sums over one axis into a gradient, or adds them to it.</summary>
    internal static void SumInto(in Operand sum, Tensor x, int axis, bool adds) =>
        Reduction.RunNumeric(default(Sum), sum, x.HalfToSingle().Operand, 1u << axis, accumulate: adds);

    internal static Tensor Product(Tensor x, ReducedAxes axes)
    {
        Tensor product = Output(x, axes, "Prod", x.DType);
        Reduction.RunNumeric(default(Product), product.Operand, x.Operand, axes.Mask);
        return product;
    }

    internal static Tensor Mean(Tensor x, ReducedAxes axes)
    {
        Tensor mean = Output(x, axes, nameof(Mean), x.DType);
        Reduction.Run(default(Mean), mean.Operand, x.Operand, axes.Mask);
        return mean;
    }

    internal static Tensor Variance(Tensor x, ReducedAxes axes, int correction)
    {
        Tensor variance = Output(x, axes, nameof(Variance), x.DType);
        Reduction.Variance(variance.Operand, x.Operand, axes.Mask, correction);
        return variance;
    }

    internal static Tensor LogSumExp(Tensor x, ReducedAxes axes)
    {
        Tensor value = Output(x, axes, nameof(LogSumExp), x.DType);
        Reduction.LogSumExp(value.Operand, x.Operand, axes.Mask);
        return value;
    }

    internal static Tensor Extreme(Tensor x, ReducedAxes axes, bool largest)
    {
        Tensor value = Output(x, axes, largest ? "Max" : "Min", x.DType);
        if (largest)
        {
            Reduction.RunNumeric(default(Largest), value.Operand, x.Operand, axes.Mask);
        }
        else
        {
            Reduction.RunNumeric(default(Smallest), value.Operand, x.Operand, axes.Mask);
        }

        return value;
    }

    internal static Tensor ArgExtreme(Tensor x, ReducedAxes axes, bool largest)
    {
        Tensor position = Output(x, axes, largest ? "ArgMax" : "ArgMin", DType.Int64);
        if (largest)
        {
            ArgReduction.Max(position.Operand, x.Operand, axes.Mask);
        }
        else
        {
            ArgReduction.Min(position.Operand, x.Operand, axes.Mask);
        }

        return position;
    }

    private static Tensor Output(Tensor x, ReducedAxes axes, string operation, DType dtype) =>
        Tensor.Uninitialized(axes.Kept, dtype, x.Device, operation);
}

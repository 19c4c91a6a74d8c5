namespace DeepSharp.Kernels;

/// <summary>Finds where the largest or smallest element over any axes stands.</summary>
/// <remarks>
/// The result is the position in row-major order among the reduced axes: the index along a single axis, or the flat index when
/// all axes are reduced. Of equal elements the first is found, and NaN comes before all numbers, as in NumPy. Axes are named by a
/// mask, and outputs are shaped, as for <see cref="Reduction"/>.
/// </remarks>
public static class ArgReduction
{
    /// <summary>The position of the largest element.</summary>
    /// <param name="output">The positions: Int64 or Int32.</param>
    /// <param name="input">The elements: Float32, Float64, Int32 or Int64.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or there are no elements.</exception>
    public static void Max(in Operand output, in Operand input, uint axes) => Run<Descending>("ArgMax", output, input, axes);

    /// <summary>The position of the smallest element.</summary>
    /// <param name="output">The positions: Int64 or Int32.</param>
    /// <param name="input">The elements: Float32, Float64, Int32 or Int64.</param>
    /// <param name="axes">The axes to reduce.</param>
    /// <exception cref="ArgumentException">The operands do not fit together, or there are no elements.</exception>
    public static void Min(in Operand output, in Operand input, uint axes) => Run<Ascending>("ArgMin", output, input, axes);

    private static void Run<TOrder>(string name, in Operand output, in Operand input, uint axes)
        where TOrder : unmanaged, IOrder
    {
        ReductionChecks.Shapes(name, output, input, axes);
        ReductionChecks.Elements(name, false, input, axes);
        switch (input.DType)
        {
            case DType.Float32:
                Run<TOrder, F32, F32x>(name, output, input, axes);
                break;
            case DType.Float64:
                Run<TOrder, F64, F64x>(name, output, input, axes);
                break;
            case DType.Int32:
                Run<TOrder, I32, I32x>(name, output, input, axes);
                break;
            case DType.Int64:
                Run<TOrder, I64, I64x>(name, output, input, axes);
                break;
            default:
                throw new ArgumentException($"{name} has no form for {input.DType}. Cast to Int32 or Float32 first.", nameof(input));
        }
    }

    private static void Run<TOrder, TScalar, TVector>(string name, in Operand output, in Operand input, uint axes)
        where TOrder : unmanaged, IOrder
        where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, INumeric<TVector>
    {
        switch (output.DType)
        {
            case DType.Int64:
                Run<TOrder, TScalar, TVector, I64>(output, input, axes);
                break;
            case DType.Int32:
                Run<TOrder, TScalar, TVector, I32>(output, input, axes);
                break;
            default:
                throw new ArgumentException($"{name}: the output must be of type Int64 or Int32, not {output.DType}.", nameof(output));
        }
    }

    private static unsafe void Run<TOrder, TScalar, TVector, TIndex>(in Operand output, in Operand input, uint axes)
        where TOrder : unmanaged, IOrder
        where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, INumeric<TVector>
        where TIndex : unmanaged, INumeric<TIndex>
    {
        ReducePlan plan = ReducePlan.Of(output, input, output, axes, inOrder: true);
        if (plan.KeptCount == 0)
        {
            return;
        }

        Device device = output.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            HostArgReduce<TOrder, TScalar, TVector, TIndex>.Run(plan, output.Host<TIndex>(), input.Host<TScalar>(), device);
            return;
        }

        if (!plan.FitsGpu)
        {
            using Scratch copy = Scratch.Converted(input, input.DType);
            plan = ReducePlan.Of(output, copy.Operand, output, axes, inOrder: true);
            ReductionChecks.FitsGpu(plan);
            GpuArgReduce<TOrder, TScalar, TIndex>.Run(plan, output.View<TIndex>(), copy.Operand.View<TScalar>(), device);
            return;
        }

        GpuArgReduce<TOrder, TScalar, TIndex>.Run(plan, output.View<TIndex>(), input.View<TScalar>(), device);
    }
}

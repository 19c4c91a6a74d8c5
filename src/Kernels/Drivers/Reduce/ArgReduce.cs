using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Finds where the largest or smallest element over any axes stands.</summary>
/// <remarks>
/// The result is the position in row-major order among the reduced axes: the index along a single axis, or the flat index when
/// all axes are reduced. Of equal elements the first is found, and NaN comes before all numbers, as in NumPy. Axes are named by a
/// mask, and outputs are shaped, as for <see cref="Reduction"/>.
/// </remarks>
internal static class ArgReduction
{
    /// <summary>The position of the largest element.</summary>
    /// <param name="output">The positions: Int64 or Int32.</param>
    /// <param name="input">The elements: Float32, Float64, Int32 or Int64.</param>
    /// <param name="axes">The axes to reduce.</param>
    public static void Max(in Operand output, in Operand input, uint axes) => Run<Descending>("ArgMax", output, input, axes);

    /// <summary>The position of the smallest element.</summary>
    /// <param name="output">The positions: Int64 or Int32.</param>
    /// <param name="input">The elements: Float32, Float64, Int32 or Int64.</param>
    /// <param name="axes">The axes to reduce.</param>
    public static void Min(in Operand output, in Operand input, uint axes) => Run<Ascending>("ArgMin", output, input, axes);

    private static void Run<TOrder>(string name, in Operand output, in Operand input, uint axes)
        where TOrder : unmanaged, IOrder =>
        Dispatch.Numeric(name, input.DType, output.Device, new OrderRun<TOrder>(output, input, axes));

    private static void Run<TOrder, TScalar, TVector, TIndex>(in Operand output, in Operand input, uint axes)
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

        Debug.Assert(plan.ReducedCount > 0 && output.Device == input.Device);
        if (output.Device.StartsOnHost())
        {
            HostArgReduce<TOrder, TScalar, TVector, TIndex>.Run(plan, output, input);
        }
        else if (plan.FitsGpu)
        {
            GpuArgReduce<TOrder, TScalar, TIndex>.Run(plan, output, input);
        }
        else
        {
            using Scratch copy = Scratch.Converted(input, input.DType);
            plan = ReducePlan.Of(output, copy.Operand, output, axes, inOrder: true);
            plan.RequireFit();
            GpuArgReduce<TOrder, TScalar, TIndex>.Run(plan, output, copy.Operand);
        }
    }

    private readonly ref struct OrderRun<TOrder>(in Operand output, in Operand input, uint axes) : INumericVisitor
        where TOrder : unmanaged, IOrder
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, INumeric<TVector>
        {
            Debug.Assert(StoredRows<TStored, TScalar>.IsPlain);
            if (_output.DType == DType.Int32)
            {
                Run<TOrder, TScalar, TVector, I32>(_output, _input, axes);
            }
            else
            {
                Run<TOrder, TScalar, TVector, I64>(_output, _input, axes);
            }
        }
    }
}

using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Converts elements from one type to another.</summary>
/// <remarks>
/// Floating point is truncated towards zero on its way to an integer; everything that is not zero becomes true. Values that
/// an integer type cannot hold give an unspecified value; those too large for a floating-point type become infinite. Rounding is
/// to the nearest, ties to even, and once.
/// </remarks>
public static class Cast
{
    /// <summary>output = input, converted. Both are contiguous, of one shape and on one device.</summary>
    public static void Run(in Operand output, in Operand input)
    {
        switch (output.DType, input.DType)
        {
            case (DType.Float16, DType.Float32):
                HalfCast<F16>.Narrow(output, input);
                return;
            case (DType.BFloat16, DType.Float32):
                HalfCast<BF16>.Narrow(output, input);
                return;
            case (DType.Float32, DType.Float16):
                HalfCast<F16>.Widen(output, input);
                return;
            case (DType.Float32, DType.BFloat16):
                HalfCast<BF16>.Widen(output, input);
                return;
            default:
                Convert(output, input);
                return;
        }
    }

    private static void Convert(in Operand output, in Operand input)
    {
        switch (input.DType)
        {
            case DType.Float16:
                From<F16>(output, input);
                break;
            case DType.BFloat16:
                From<BF16>(output, input);
                break;
            case DType.Float32:
                From<F32>(output, input);
                break;
            case DType.Float64:
                From<F64>(output, input);
                break;
            case DType.Int32:
                From<I32>(output, input);
                break;
            case DType.Int64:
                From<I64>(output, input);
                break;
            default:
                From<U8>(output, input);
                break;
        }
    }

    private static void From<TIn>(in Operand output, in Operand input)
        where TIn : unmanaged, IScalar<TIn>
    {
        switch (output.DType)
        {
            case DType.Float16:
                Run<TIn, F16>(output, input);
                break;
            case DType.BFloat16:
                Run<TIn, BF16>(output, input);
                break;
            case DType.Float32:
                Run<TIn, F32>(output, input);
                break;
            case DType.Float64:
                Run<TIn, F64>(output, input);
                break;
            case DType.Int32:
                Run<TIn, I32>(output, input);
                break;
            case DType.Int64:
                Run<TIn, I64>(output, input);
                break;
            case DType.UInt8:
                Run<TIn, U8>(output, input);
                break;
            default:
                Run<TIn, TruthValue>(output, input);
                break;
        }
    }

    private static unsafe void Run<TIn, TOut>(in Operand output, in Operand input)
        where TIn : unmanaged, IScalar<TIn>
        where TOut : unmanaged, IScalar<TOut>
    {
        int count = output.Count;
        if (count == 0)
        {
            return;
        }

        Device device = output.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            HostParallel.For(
                count, 16 * 1024, new Loop<TIn, TOut>(input.Block.Host<TIn>(input.Offset), output.Block.Host<TOut>(output.Offset)));
            return;
        }

        device.Kernel<Loop<TIn, TOut>, Action<KernelConfig, ArrayView<TIn>, ArrayView<TOut>, int>>(
            static accelerator => accelerator.Launcher<ArrayView<TIn>, ArrayView<TOut>, int>(Kernel))(
                device.Grid(count), input.Block.View<TIn>(input.Offset, count), output.Block.View<TOut>(output.Offset, count), count);
    }

    private static void Kernel<TIn, TOut>(ArrayView<TIn> input, ArrayView<TOut> output, int count)
        where TIn : unmanaged, IScalar<TIn>
        where TOut : unmanaged, IScalar<TOut>
    {
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            output[i] = TOut.FromDouble(TIn.ToDouble(input[i]));
        }
    }

    private readonly unsafe struct Loop<TIn, TOut>(TIn* input, TOut* output) : IRangeBody
        where TIn : unmanaged, IScalar<TIn>
        where TOut : unmanaged, IScalar<TOut>
    {
        public void Run(int start, int end)
        {
            for (int i = start; i < end; i++)
            {
                output[i] = TOut.FromDouble(TIn.ToDouble(input[i]));
            }
        }
    }
}

using System.Runtime.Intrinsics;

namespace DeepSharp.Kernels;

/// <summary>
/// Runs element-wise functions over tensors of any strides: vectorised on all cores of a CPU, as one grid-stride kernel on a GPU.
/// </summary>
/// <remarks>
/// All operands have the shape of the output (broadcasting is a stride of 0) and are on its device. An output of
/// <see cref="DType.Bool"/> takes 1 for every result that is not zero, and an input of that type reads as 0 and 1; all other
/// operands share one element type. The 16-bit floats are converted on their way in and rounded on their way out: a function is
/// computed in Float32.
/// </remarks>
public static class Elementwise
{
    /// <summary>Runs a floating-point function; unused inputs may repeat the output.</summary>
    public static void Run<TOp>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c)
        where TOp : unmanaged, IMap
    {
        switch (ComputeType(TOp.Arity, output, a, b, c))
        {
            case DType.Float64:
                Run<RealMap<TOp, F64, F64x>, F64, F64x, F64>(new(op), TOp.Arity, output, a, b, c);
                break;
            case DType.Float32:
                RunSingle<TOp, F32>(op, output, a, b, c);
                break;
            case DType.Float16:
                RunSingle<TOp, F16>(op, output, a, b, c);
                break;
            case DType.BFloat16:
                RunSingle<TOp, BF16>(op, output, a, b, c);
                break;
            default:
                throw new ArgumentException($"{typeof(TOp).Name} needs floating-point elements, not {output.DType}. Cast first.");
        }
    }

    /// <summary>Runs a function of no input: fills the output.</summary>
    public static void Run<TOp>(TOp op, in Operand output)
        where TOp : unmanaged, IMap => Run(op, output, output, output, output);

    /// <summary>Runs a function of one input.</summary>
    public static void Run<TOp>(TOp op, in Operand output, in Operand a)
        where TOp : unmanaged, IMap => Run(op, output, a, output, output);

    /// <summary>Runs a function of two inputs.</summary>
    public static void Run<TOp>(TOp op, in Operand output, in Operand a, in Operand b)
        where TOp : unmanaged, IMap => Run(op, output, a, b, output);

    /// <summary>Runs a function that integers have too; unused inputs may repeat the output.</summary>
    public static void RunNumeric<TOp>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c)
        where TOp : unmanaged, INumericMap
    {
        switch (ComputeType(TOp.Arity, output, a, b, c))
        {
            case DType.Float64:
                Run<NumericMap<TOp, F64, F64x>, F64, F64x, F64>(new(op), TOp.Arity, output, a, b, c);
                break;
            case DType.Int32:
                Run<NumericMap<TOp, I32, I32x>, I32, I32x, I32>(new(op), TOp.Arity, output, a, b, c);
                break;
            case DType.Int64:
                Run<NumericMap<TOp, I64, I64x>, I64, I64x, I64>(new(op), TOp.Arity, output, a, b, c);
                break;
            case DType.Float32:
                RunNumericSingle<TOp, F32>(op, output, a, b, c);
                break;
            case DType.Float16:
                RunNumericSingle<TOp, F16>(op, output, a, b, c);
                break;
            case DType.BFloat16:
                RunNumericSingle<TOp, BF16>(op, output, a, b, c);
                break;
            default:
                throw new ArgumentException($"{typeof(TOp).Name} has no form for {output.DType}. Cast to Int32 or Float32 first.");
        }
    }

    // A processor that has registers of sixteen lanes computes a function of some length in up to half the time.
    private static void RunSingle<TOp, TStored>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c)
        where TOp : unmanaged, IMap
        where TStored : unmanaged, IStored<TStored, F32>
    {
        if (output.Device.IsHost && Vector512.IsHardwareAccelerated)
        {
            Run<RealMap<TOp, F32, F32x16>, F32, F32x16, TStored>(new(op), TOp.Arity, output, a, b, c);
        }
        else
        {
            Run<RealMap<TOp, F32, F32x>, F32, F32x, TStored>(new(op), TOp.Arity, output, a, b, c);
        }
    }

    private static void RunNumericSingle<TOp, TStored>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c)
        where TOp : unmanaged, INumericMap
        where TStored : unmanaged, IStored<TStored, F32>
    {
        if (output.Device.IsHost && Vector512.IsHardwareAccelerated)
        {
            Run<NumericMap<TOp, F32, F32x16>, F32, F32x16, TStored>(new(op), TOp.Arity, output, a, b, c);
        }
        else
        {
            Run<NumericMap<TOp, F32, F32x>, F32, F32x, TStored>(new(op), TOp.Arity, output, a, b, c);
        }
    }

    // The type of the operands that are not masks. Masks alone are computed as 32-bit integers.
    private static DType ComputeType(int arity, in Operand output, in Operand a, in Operand b, in Operand c)
    {
        if (output.DType != DType.Bool)
        {
            return output.DType;
        }

        DType type = arity > 0 ? a.DType : DType.Int32;
        type = type == DType.Bool && arity > 1 ? b.DType : type;
        type = type == DType.Bool && arity > 2 ? c.DType : type;
        return type == DType.Bool ? DType.Int32 : type;
    }

    private static void Run<TMap, TScalar, TVector, TStored>(
        TMap map, int arity, in Operand output, in Operand a, in Operand b, in Operand c)
        where TMap : unmanaged, ITypedMap<TScalar, TVector>
        where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, INumeric<TVector>
        where TStored : unmanaged, IStored<TStored, TScalar>
    {
        if (output.Count == 0)
        {
            return;
        }

        LoopNest nest = LoopNest.Over(
            output.Dims,
            [output.Strides, arity > 0 ? a.Strides : output.Strides, arity > 1 ? b.Strides : output.Strides,
                arity > 2 ? c.Strides : output.Strides]);
        if (output.Device.IsHost)
        {
            output.Device.CountLaunch();
            HostMap<TMap, TScalar, TVector, TStored>.Run(map, nest, output, a, b, c);
        }
        else
        {
            GpuMap<TMap, TScalar, TVector, TStored>.Run(map, nest, output, a, b, c);
        }
    }
}

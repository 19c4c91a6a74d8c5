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
internal static class Elementwise
{
    /// <summary>Runs a floating-point function; unused inputs may repeat the output.</summary>
    public static void Run<TOp>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c)
        where TOp : unmanaged, IMap
    {
        Dispatch.Real(typeof(TOp).Name, ComputeType(TOp.Arity, output, a, b, c), output.Device, new RealRun<TOp>(op, output, a, b, c));
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
        Dispatch.Numeric(typeof(TOp).Name, ComputeType(TOp.Arity, output, a, b, c), output.Device, new NumericRun<TOp>(op, output, a, b, c));
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
        if (output.Device.StartsOnHost())
        {
            HostMap<TMap, TScalar, TVector, TStored>.Run(map, nest, output, a, b, c);
        }
        else
        {
            GpuMap<TMap, TScalar, TVector, TStored>.Run(map, nest, output, a, b, c);
        }
    }

    private readonly ref struct RealRun<TOp>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c) : IRealVisitor
        where TOp : unmanaged, IMap
    {
        private readonly TOp _op = op;
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _a = ref a;
        private readonly ref readonly Operand _b = ref b;
        private readonly ref readonly Operand _c = ref c;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector> =>
            Run<RealMap<TOp, TScalar, TVector>, TScalar, TVector, TStored>(new(_op), TOp.Arity, _output, _a, _b, _c);
    }

    private readonly ref struct NumericRun<TOp>(TOp op, in Operand output, in Operand a, in Operand b, in Operand c) : INumericVisitor
        where TOp : unmanaged, INumericMap
    {
        private readonly TOp _op = op;
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _a = ref a;
        private readonly ref readonly Operand _b = ref b;
        private readonly ref readonly Operand _c = ref c;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, INumeric<TVector> =>
            Run<NumericMap<TOp, TScalar, TVector>, TScalar, TVector, TStored>(new(_op), TOp.Arity, _output, _a, _b, _c);
    }
}

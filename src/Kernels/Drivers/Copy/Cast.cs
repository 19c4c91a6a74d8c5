using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Converts elements from one type to another.</summary>
/// <remarks>
/// Floating point is truncated towards zero on its way to an integer; everything that is not zero becomes true. An integer type takes the
/// nearest value that it can hold, and 0 for NaN; numbers too large for a floating-point type become infinite. Rounding is
/// to the nearest, ties to even, and once.
/// </remarks>
internal static unsafe class Cast
{
    /// <summary>output = input, converted. Both are contiguous, of one shape and on one device.</summary>
    internal static void Run(in Operand output, in Operand input)
    {
        if (output.Count == 0)
        {
            return;
        }

        // Between Float32 and 16-bit floats, which mixed precision converts all the time, there are instructions for whole registers.
        if (input.DType == DType.Float32 && output.DType.IsHalfPrecision)
        {
            Dispatch.Real(nameof(Cast), output.DType, output.Device, new Storing(output, input));
        }
        else if (output.DType == DType.Float32 && input.DType.IsHalfPrecision)
        {
            Dispatch.Real(nameof(Cast), input.DType, output.Device, new Loading(output, input));
        }
        else
        {
            Dispatch.Scalar(input.DType, new From(output, input));
        }
    }

    private readonly ref struct Storing(in Operand output, in Operand input) : IRealVisitor
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_output.Device.StartsOnHost())
            {
                HostParallel.For(_output.Count, 32 * 1024, new StoreLoop<TStored, TScalar>(_output.Host<TStored>(), _input.Host<TScalar>()));
            }
            else
            {
                CopyKernels.Store<TStored, TScalar>(_output, _input);
            }
        }
    }

    private readonly ref struct Loading(in Operand output, in Operand input) : IRealVisitor
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_output.Device.StartsOnHost())
            {
                HostParallel.For(_output.Count, 32 * 1024, new LoadLoop<TStored, TScalar>(_output.Host<TScalar>(), _input.Host<TStored>()));
            }
            else
            {
                CopyKernels.Load<TStored, TScalar>(_output, _input);
            }
        }
    }

    private readonly ref struct From(in Operand output, in Operand input) : IScalarVisitor
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<TIn>()
            where TIn : unmanaged, IScalar<TIn> => Dispatch.Scalar(_output.DType, new To<TIn>(_output, _input));
    }

    private readonly ref struct To<TIn>(in Operand output, in Operand input) : IScalarVisitor
        where TIn : unmanaged, IScalar<TIn>
    {
        private readonly ref readonly Operand _output = ref output;
        private readonly ref readonly Operand _input = ref input;

        public void Visit<TOut>()
            where TOut : unmanaged, IScalar<TOut>
        {
            if (_output.Device.StartsOnHost())
            {
                HostParallel.For(_output.Count, 16 * 1024, new ConvertLoop<TIn, TOut>(_output.Host<TOut>(), _input.Host<TIn>()));
            }
            else
            {
                CopyKernels.Convert<TIn, TOut>(_output, _input);
            }
        }
    }

    private readonly struct StoreLoop<TStored, TScalar>(TStored* output, TScalar* input) : IRangeBody
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged
    {
        public void Run(int start, int end) => StoredRows<TStored, TScalar>.Store(input + start, output + start, end - start);
    }

    private readonly struct LoadLoop<TStored, TScalar>(TScalar* output, TStored* input) : IRangeBody
        where TStored : unmanaged, IStored<TStored, TScalar>
        where TScalar : unmanaged
    {
        public void Run(int start, int end) => StoredRows<TStored, TScalar>.Load(input + start, output + start, end - start);
    }

    private readonly struct ConvertLoop<TIn, TOut>(TOut* output, TIn* input) : IRangeBody
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

/// <summary>A truth value in a byte: 0 or 1.</summary>
internal readonly struct TruthValue(byte value) : IScalar<TruthValue>
{
    private readonly byte _value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double ToDouble(TruthValue value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TruthValue FromDouble(double value) => new(value != 0 ? (byte)1 : (byte)0);

    public static bool IsInteger => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToInteger(TruthValue value) => value._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TruthValue FromInteger(long value) => new(value != 0 ? (byte)1 : (byte)0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNonzero(TruthValue value) => value._value != 0;
}

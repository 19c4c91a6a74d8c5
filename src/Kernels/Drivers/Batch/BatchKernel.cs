using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>Gathers a shuffled mini-batch, features and targets, in one launch; no index ever exists in memory.</summary>
internal static partial class BatchKernel
{
    /// <summary>
    /// Rows [first, first + rows of the outputs) of an order: features are converted (bytes to Float32, if that is the output's type) with
    /// x scale + shift, or copied where nothing changes; targets are copied. All operands are contiguous; the first axis is the sample. Tables
    /// are those that the order reads: Int32.
    /// </summary>
    internal static void Run(
        in BatchOrder order, int first, in Operand features, in Operand targets, in Operand x, in Operand y, double scale, double shift,
        in Operand? tables = null)
    {
        if (x.Dims[0] == 0)
        {
            return;
        }

        Batch batch = new(order, first, features, targets, x, y, tables);
        if (features.DType == x.DType && scale == 1 && shift == 0)
        {
            Dispatch.Size(features.DType, new Copying(batch));
        }
        else if (features.DType == DType.UInt8)
        {
            Run<U8, F32, BytesToFloat>(new((float)scale, (float)shift), batch);
        }
        else
        {
            Dispatch.Float(nameof(Batch), features.DType, x.Device, new Rescaling(scale, shift, batch));
        }
    }

    private static void Run<TIn, TOut, TConversion>(TConversion conversion, in Batch batch)
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut> =>
        Dispatch.Size(batch.Targets.DType, new Gathering<TIn, TOut, TConversion>(conversion, batch));

    private readonly record struct Batch(BatchOrder Order, int First, Operand Features, Operand Targets, Operand X, Operand Y, Operand? Tables)
    {
        internal int Rows => X.Dims[0];

        internal int Width => X.Count / Rows;

        internal int TargetWidth => Y.Count / Rows;
    }

    private readonly ref struct Copying(in Batch batch) : ISizeVisitor
    {
        private readonly ref readonly Batch _batch = ref batch;

        public void Visit<T>()
            where T : unmanaged => Run<T, T, Copied<T>>(default, _batch);
    }

    private readonly ref struct Rescaling(double scale, double shift, in Batch batch) : IFloatVisitor
    {
        private readonly ref readonly Batch _batch = ref batch;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector> => Run<T, T, Rescale<T>>(new(scale, shift), _batch);
    }

    private readonly ref struct Gathering<TIn, TOut, TConversion>(TConversion conversion, in Batch batch) : ISizeVisitor
        where TIn : unmanaged
        where TOut : unmanaged
        where TConversion : unmanaged, IElementConversion<TIn, TOut>
    {
        private readonly ref readonly Batch _batch = ref batch;

        public void Visit<TTarget>()
            where TTarget : unmanaged
        {
            if (_batch.X.Device.StartsOnHost())
            {
                OnHost<TIn, TOut, TConversion, TTarget>(conversion, _batch);
            }
            else
            {
                OnGpu<TIn, TOut, TConversion, TTarget>(conversion, _batch);
            }
        }
    }
}

/// <summary>What becomes of a feature on its way into a batch.</summary>
internal interface IElementConversion<TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    TOut Convert(TIn value);
}

/// <summary>As it is.</summary>
internal readonly struct Copied<T> : IElementConversion<T, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Convert(T value) => value;
}

/// <summary>Floating point: scaled and shifted.</summary>
internal readonly struct Rescale<T>(double scale, double shift) : IElementConversion<T, T>
    where T : unmanaged, IReal<T>
{
    private readonly double _scale = scale;
    private readonly double _shift = shift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Convert(T value) => (value * _scale) + _shift;
}

/// <summary>Bytes to Float32, scaled and shifted.</summary>
internal readonly struct BytesToFloat(float scale, float shift) : IElementConversion<U8, F32>
{
    internal readonly float Scale = scale;
    internal readonly float Shift = shift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public F32 Convert(U8 value) => new((value.Number * Scale) + Shift);
}

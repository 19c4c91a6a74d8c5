using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>Running values along an axis: sums, products, linear recurrences.</summary>
/// <remarks>
/// Operands have the shape of the output, any strides, its element type and its device; 16-bit floats are scanned in Float32. The elements of a
/// line are taken one after the other, on every device: the same bits for any number of threads, and as exact as a loop.
/// </remarks>
internal static partial class Scan
{
    /// <summary>Runs a scan of floating-point numbers; an input that it does not count may repeat the first.</summary>
    /// <param name="op">The formula.</param>
    /// <param name="output">The values behind each element.</param>
    /// <param name="a">The first input.</param>
    /// <param name="b">The second input.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="reverse">Whether it runs from the end of the axis to its start.</param>
    internal static void Run<TOp>(TOp op, in Operand output, in Operand a, in Operand b, int axis, bool reverse)
        where TOp : unmanaged, IScan =>
        Dispatch.Float(typeof(TOp).Name, output.DType, output.Device, new RealRun<TOp>(op, new Lines(output, a, b, axis, reverse)));

    /// <summary>Runs a scan that integers have too.</summary>
    /// <param name="op">The formula.</param>
    /// <param name="output">The values behind each element.</param>
    /// <param name="a">The input.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="reverse">Whether it runs from the end of the axis to its start.</param>
    internal static void RunNumeric<TOp>(TOp op, in Operand output, in Operand a, int axis, bool reverse)
        where TOp : unmanaged, INumericScan =>
        Dispatch.Numeric(typeof(TOp).Name, output.DType, output.Device, new NumericRun<TOp>(op, new Lines(output, a, a, axis, reverse)));

    private static void Run<TScan, T>(TScan scan, in Lines lines)
        where TScan : unmanaged, ITypedScan<T>
        where T : unmanaged
    {
        if (lines.Output.Count == 0)
        {
            return;
        }

        if (lines.Output.Device.StartsOnHost())
        {
            OnHost<TScan, T>(scan, lines);
        }
        else
        {
            OnGpu<TScan, T>(scan, lines);
        }
    }

    /// <summary>The lines along the axis: the loops over them, and where the next element of each operand stands.</summary>
    internal readonly struct Lines
    {
        internal readonly Operand Output;
        internal readonly Operand A;
        internal readonly Operand B;
        internal readonly LoopNest Nest;
        internal readonly int Length;
        internal readonly int OutputStep;
        internal readonly int AStep;
        internal readonly int BStep;

        internal Lines(in Operand output, in Operand a, in Operand b, int axis, bool reverse)
        {
            Debug.Assert(output.Device == a.Device && output.Device == b.Device, "one device");
            Length = output.Dims[axis];
            Output = From(output, axis, reverse, out OutputStep);
            A = From(a, axis, reverse, out AStep);
            B = From(b, axis, reverse, out BStep);
            int[] dims = [.. output.Dims];
            dims[axis] = 1;
            Nest = LoopNest.Over(dims, [output.Strides, a.Strides, b.Strides]);
        }

        internal int Count => Output.Count / Length;

        private static Operand From(in Operand operand, int axis, bool reverse, out int step)
        {
            step = reverse ? -operand.Strides[axis] : operand.Strides[axis];
            int last = Math.Max(0, operand.Dims[axis] - 1) * operand.Strides[axis];
            return reverse ? operand with { Offset = operand.Offset + last } : operand;
        }
    }

    private readonly struct RealRun<TOp>(TOp op, Lines lines) : IFloatVisitor
        where TOp : unmanaged, IScan
    {
        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector> => Run<RealScan<TOp, TScalar>, TScalar>(new(op), lines);
    }

    private readonly struct NumericRun<TOp>(TOp op, Lines lines) : INumericVisitor
        where TOp : unmanaged, INumericScan
    {
        public void Visit<TStored, TScalar, TVector>()
            where TStored : unmanaged, IStored<TStored, TScalar>
            where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, INumeric<TVector>
        {
            Debug.Assert(StoredRows<TStored, TScalar>.IsPlain, "16-bit floats are scanned in Float32");
            Run<NumericScan<TOp, TScalar>, TScalar>(new(op), lines);
        }
    }
}

using System.Diagnostics;

namespace DeepSharp.Kernels;

/// <summary>What a function of rows works on: contiguous operands of one floating-point type on one device. A is [rows, columns].</summary>
internal struct RowOperands
{
    internal Operand A;

    /// <summary>Shaped as A.</summary>
    internal Operand? B;

    /// <summary>[columns].</summary>
    internal Operand? G;

    /// <summary>[columns].</summary>
    internal Operand? H;

    /// <summary>Bool, [mask rows, columns]; the mask's row of a row r is r / <see cref="MaskRepeat"/>, from the first again behind the last.</summary>
    internal Operand? Mask;

    internal int MaskRepeat;

    /// <summary>[rows], of an integer type.</summary>
    internal Operand? Labels;

    internal long? IgnoredLabel;

    /// <summary>What is written, shaped as A; null if only folds are wanted. It may be A or B.</summary>
    internal Operand? Output;

    /// <summary>The place of what a fold keeps, shaped as A; the output if null.</summary>
    internal Operand? Kept;

    /// <summary>What P begins with, [rows].</summary>
    internal Operand? FirstP;

    /// <summary>What Q begins with, [rows] or one element for all.</summary>
    internal Operand? FirstQ;

    /// <summary>What R begins with: one element; <see cref="R"/> if null.</summary>
    internal Operand? FirstR;

    internal double R;

    /// <summary>What S begins with.</summary>
    internal double S;

    /// <summary>An output for P, [rows].</summary>
    internal Operand? LastP;

    /// <summary>An output for Q, [rows].</summary>
    internal Operand? LastQ;

    internal readonly int Rows => A.Dims[0];

    internal readonly int Columns => A.Dims[1];
}

/// <summary>Functions of the rows of a matrix (<see cref="IRowOp"/>): softmax, normalisation of rows, cross-entropy.</summary>
/// <remarks>
/// A row is folded and written while it is in the first-level cache. Sums are made in blocks, in an order that depends on the row's
/// length alone; tails of rows run through the vector code. So a row's result does not depend on where it stands.
/// </remarks>
internal static class Rows
{
    /// <summary>Runs an operator: one launch.</summary>
    /// <exception cref="ArgumentException">A label is no column, on the CPU.</exception>
    internal static void Run<TOp>(string name, in RowOperands x)
        where TOp : unmanaged, IRowOp
    {
        if (x.Rows > 0 && (x.Columns > 0 || (TOp.Parts & RowParts.Label) != 0))
        {
            Dispatch.Float(name, x.A.DType, x.A.Device, new Visitor<TOp, NoColumns>(x, default));
        }
    }

    /// <summary>Runs a backward operator that also sums over the rows for what all rows share, the gain and the shift.</summary>
    internal static void Run<TOp>(string name, in RowOperands x, in NormGradients sums)
        where TOp : unmanaged, IRowOp, IRowColumns
    {
        if (x.A.Count > 0 && (sums.Weight is not null || sums.Bias is not null))
        {
            Dispatch.Float(name, x.A.DType, x.A.Device, new Visitor<TOp, TOp>(x, sums));
            return;
        }

        Run<TOp>(name, x);
        ZeroOf(sums.Weight, sums.AddsToWeight);
        ZeroOf(sums.Bias, sums.AddsToBias);
    }

    /// <summary>
    /// Runs <see cref="CrossEntropyOp{TTarget}"/> and adds up the losses: one launch on the CPU, and elsewhere for up to 1,024 rows of up
    /// to 32 classes; two for more.
    /// </summary>
    /// <param name="name">The operator, for errors.</param>
    /// <param name="x">Its operands.</param>
    /// <param name="total">The sum, or the weighted mean: one element.</param>
    /// <param name="divisor">What the sum was divided by: the labels' weights, ignored ones left out, or 1.</param>
    /// <param name="mean">Whether to divide.</param>
    /// <exception cref="ArgumentException">A label is no column, on the CPU.</exception>
    internal static void Total<TTarget>(string name, in RowOperands x, in Operand total, in Operand divisor, bool mean)
        where TTarget : unmanaged, ICrossEntropyTarget =>
        Dispatch.Float(name, x.A.DType, x.A.Device, new TotalVisitor<TTarget>(x, total, divisor, mean));

    /// <summary>A gradient that no row adds to.</summary>
    private static void ZeroOf(in Operand? gradient, bool adds)
    {
        if (gradient is { } given && !adds)
        {
            Fill.Zero(given);
        }
    }

    // The sums of pieces, [sums, pieces, columns], become gradients.
    internal static void Join(in Operand partials, int pieces, int columns, in NormGradients sums)
    {
        Operand first = partials with { Dims = [pieces, columns], Strides = [columns, 1] };
        if (sums.Weight is { } scale)
        {
            Reduction.RunNumeric(default(Sum), scale, first, 1, sums.AddsToWeight);
        }

        if (sums.Bias is { } shift)
        {
            Reduction.RunNumeric(default(Sum), shift, first with { Offset = first.Offset + (pieces * columns) }, 1, sums.AddsToBias);
        }
    }

    [Conditional("DEBUG")]
    private static void Check(in RowOperands x)
    {
        Debug.Assert(x.A.DType is DType.Float32 or DType.Float64 && x.A.Dims.Length == 2, "Rows of Float32 or Float64.");
        foreach (Operand? given in (ReadOnlySpan<Operand?>)[x.A, x.B, x.G, x.H, x.Output, x.Kept, x.FirstP, x.FirstQ, x.FirstR, x.LastP, x.LastQ])
        {
            Debug.Assert(
                given is not { } operand || (operand.IsContiguous && operand.DType == x.A.DType && operand.Device == x.A.Device),
                "Operands are contiguous and alike.");
        }
    }

    private readonly ref struct Visitor<TOp, TColumns>(in RowOperands x, in NormGradients sums) : IFloatVisitor
        where TOp : unmanaged, IRowOp
        where TColumns : unmanaged, IRowColumns
    {
        private readonly ref readonly RowOperands _x = ref x;
        private readonly ref readonly NormGradients _sums = ref sums;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            Check(_x);
            if (_x.A.Device.StartsOnHost())
            {
                HostRows<TOp, TColumns, TScalar, TVector>.Run(_x, _sums);
            }
            else
            {
                GpuRows<TOp, TScalar>.Run<TColumns>(_x, _sums);
            }
        }
    }

    private readonly ref struct TotalVisitor<TTarget>(in RowOperands x, in Operand total, in Operand divisor, bool mean) : IFloatVisitor
        where TTarget : unmanaged, ICrossEntropyTarget
    {
        private readonly ref readonly RowOperands _x = ref x;
        private readonly ref readonly Operand _total = ref total;
        private readonly ref readonly Operand _divisor = ref divisor;
        private readonly bool _mean = mean;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            Check(_x);
            if (_x.A.Device.StartsOnHost())
            {
                HostRows<CrossEntropyOp<TTarget>, NoColumns, TScalar, TVector>.Run(_x, default);
                HostRowLabels.Total<TScalar>(_x, _total, _divisor, _mean);
            }
            else
            {
                GpuRows<CrossEntropyOp<TTarget>, TScalar>.Total(_x, _total, _divisor, _mean);
            }
        }
    }
}

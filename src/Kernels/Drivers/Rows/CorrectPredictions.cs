namespace DeepSharp.Kernels;

/// <summary>Counts rows whose largest element stands at the label: accuracy, without waiting for the device.</summary>
internal static partial class CorrectPredictions
{
    /// <summary>
    /// counts[0] += rows whose largest score stands at the label; counts[1] += rows whose label is not ignored.
    /// </summary>
    /// <remarks>Of equal scores the first counts, and NaN counts as the largest, as for <see cref="ArgReduction.Max"/>.</remarks>
    /// <param name="counts">Two contiguous Int64 counters; set them to zero first.</param>
    /// <param name="scores">Contiguous [rows, columns] of Float32 or Float64: logits or probabilities.</param>
    /// <param name="labels">Contiguous [rows] of Int32, Int64 or UInt8. A label that is no column is never hit.</param>
    /// <param name="ignoreIndex">A label whose rows count for nothing; null for none.</param>
    internal static void Add(in Operand counts, in Operand scores, in Operand labels, long? ignoreIndex = null)
    {
        if (scores.Count > 0)
        {
            RowOperands x = new() { A = scores, Labels = labels, IgnoredLabel = ignoreIndex };
            Dispatch.Float(nameof(CorrectPredictions), scores.DType, scores.Device, new Visitor(x, counts));
        }
    }

    private static unsafe void OnHost<TScalar, TVector>(in RowOperands x, in Operand counts)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, IReal<TVector>
    {
        using Scratch largest = Scratch.Rent(x.A.Device, x.A.DType, [x.Rows]);
        HostRows<LargestOp, NoColumns, TScalar, TVector>.Run(x with { LastP = largest.Operand }, default);
        TScalar* scores = x.A.Host<TScalar>();
        TScalar* max = largest.Operand.Host<TScalar>();
        long* totals = counts.Host<long>();
        HostRowLabels labels = new(x, null);
        for (int row = 0; row < x.Rows; row++)
        {
            int label = labels.Column(row, x.Columns);
            totals[0] += label >= 0 && First(scores + ((long)row * x.Columns), TScalar.ToDouble(max[row])) == label ? 1 : 0;
            totals[1] += label == HostRowLabels.Ignored ? 0 : 1;
        }

        static int First(TScalar* row, double max)
        {
            int column = 0;
            while (TScalar.ToDouble(row[column]) is var value && value != max && !double.IsNaN(value))
            {
                column++;
            }

            return column;
        }
    }

    private readonly ref struct Visitor(in RowOperands x, in Operand counts) : IFloatVisitor
    {
        private readonly ref readonly RowOperands _x = ref x;
        private readonly ref readonly Operand _counts = ref counts;

        public void Visit<TScalar, TVector>()
            where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_counts.Device.StartsOnHost())
            {
                OnHost<TScalar, TVector>(_x, _counts);
            }
            else
            {
                OnGpu<TScalar>(_x, _counts);
            }
        }
    }
}

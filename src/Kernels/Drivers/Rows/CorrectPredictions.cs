using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Counts rows whose largest element stands at the label: accuracy, without waiting for the device.</summary>
public static class CorrectPredictions
{
    private const string Name = "CorrectPredictions";

    /// <summary>
    /// counts[0] += rows whose largest score stands at the label; counts[1] += rows whose label is not ignored.
    /// </summary>
    /// <remarks>Of equal scores the first counts, and NaN counts as the largest, as for <see cref="ArgReduction.Max"/>.</remarks>
    /// <param name="counts">Two contiguous Int64 counters; set them to zero first.</param>
    /// <param name="scores">Contiguous [rows, columns] of Float32 or Float64: logits or probabilities.</param>
    /// <param name="labels">Contiguous [rows] of Int32, Int64 or UInt8. A label that is no column is never hit.</param>
    /// <param name="ignoreIndex">A label whose rows count for nothing; null for none.</param>
    /// <exception cref="ArgumentException">The operands do not fit together.</exception>
    public static void Add(in Operand counts, in Operand scores, in Operand labels, long? ignoreIndex = null)
    {
        CrossEntropyChecks.Logits(Name, scores, labels, default);
        SoftmaxChecks.SameDevice(Name, counts, scores);
        SoftmaxChecks.Contiguous(Name, counts);
        if (counts.DType != DType.Int64 || counts.Count != 2)
        {
            throw new ArgumentException(
                $"{Name}: counts of type {counts.DType} and shape {ReductionChecks.Text(counts)}. They are two Int64.", nameof(counts));
        }

        double ignored = new CrossEntropyTerms(new CrossEntropyOptions(IgnoreIndex: ignoreIndex)).Ignored;
        switch (scores.DType, labels.DType)
        {
            case (DType.Float32, DType.UInt8):
                Run<F32, F32x, U8>(counts, scores, labels, ignored);
                break;
            case (DType.Float32, DType.Int32):
                Run<F32, F32x, I32>(counts, scores, labels, ignored);
                break;
            case (DType.Float32, DType.Int64):
                Run<F32, F32x, I64>(counts, scores, labels, ignored);
                break;
            case (DType.Float64, DType.UInt8):
                Run<F64, F64x, U8>(counts, scores, labels, ignored);
                break;
            case (DType.Float64, DType.Int32):
                Run<F64, F64x, I32>(counts, scores, labels, ignored);
                break;
            default:
                Run<F64, F64x, I64>(counts, scores, labels, ignored);
                break;
        }
    }

    private static unsafe void Run<TScalar, TVector, TLabel>(in Operand counts, in Operand scores, in Operand labels, double ignored)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, IReal<TVector>
        where TLabel : unmanaged, IScalar<TLabel>
    {
        int rows = scores.Dims[0];
        int columns = scores.Dims[1];
        Device device = scores.Device;
        if (scores.Count == 0)
        {
            return;
        }

        if (device.IsHost)
        {
            device.CountLaunch();
            OnHost<TScalar, TVector, TLabel>(
                counts.Host<long>(), scores.Host<TScalar>(), labels.Host<TLabel>(), rows, columns, ignored);
            return;
        }

        device.Kernel<Key<TScalar, TLabel>, Action<KernelConfig, ArrayView<long>, ArrayView<TScalar>, ArrayView<TLabel>, int, int, double>>(
            static accelerator =>
                accelerator.Launcher<ArrayView<long>, ArrayView<TScalar>, ArrayView<TLabel>, int, int, double>(Kernel))(
                    new KernelConfig(1, GroupTree.Size(device, rows)), counts.View<long>(), scores.View<TScalar>(), labels.View<TLabel>(),
                    rows, columns, ignored);
    }

    private static unsafe void OnHost<TScalar, TVector, TLabel>(
        long* counts, TScalar* scores, TLabel* labels, int rows, int columns, double ignored)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
        where TVector : unmanaged, IReal<TVector>
        where TLabel : unmanaged, IScalar<TLabel>
    {
        TVector index = Lanes<TScalar, TVector>.Index;
        for (int row = 0; row < rows; row++)
        {
            double label = TLabel.ToDouble(labels[row]);
            if (label == ignored)
            {
                continue;
            }

            counts[1]++;
            if (label >= 0 && label < columns)
            {
                TScalar* x = scores + ((long)row * columns);
                TVector tail = columns % Lanes<TScalar, TVector>.Width == 0 ? default : Lanes<TScalar, TVector>.LoadTail(x, columns);
                TScalar max = HostRows<TScalar, TVector>.Max(x, columns, tail, index);
                counts[0] += First(x, columns, max) == (int)label ? 1 : 0;
            }
        }
    }

    private static unsafe int First<TScalar>(TScalar* row, int columns, TScalar max)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    {
        double wanted = TScalar.ToDouble(max);
        for (int c = 0; c < columns; c++)
        {
            double value = TScalar.ToDouble(row[c]);
            if (value == wanted || double.IsNaN(value))
            {
                return c;
            }
        }

        return -1;
    }

    // One group, so that no atomics are needed; each of its threads takes whole rows.
    private static void Kernel<TScalar, TLabel>(
        ArrayView<long> counts, ArrayView<TScalar> scores, ArrayView<TLabel> labels, int rows, int columns, double ignored)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
        where TLabel : unmanaged, IScalar<TLabel>
    {
        ArrayView<I32> shared = SharedMemory.Allocate<I32>(GroupTree.LargestGroup);
        I32 correct = 0;
        I32 counted = 0;
        for (int row = Group.IdxX; row < rows; row += Group.DimX)
        {
            double label = TLabel.ToDouble(labels[row]);
            if (label != ignored)
            {
                Candidate<Descending, TScalar> best = default;
                best.Value = scores[row * columns];
                best.Index = 0;
                for (int c = 1; c < columns; c++)
                {
                    TScalar value = scores[(row * columns) + c];
                    bool loses = best.LosesTo(value, c);
                    best.Value = loses ? value : best.Value;
                    best.Index = loses ? c : best.Index;
                }

                counted += 1;
                correct += label == best.Index ? 1 : 0;
            }
        }

        correct = GroupTree.Sum(shared, correct);
        counted = GroupTree.Sum(shared, counted);
        if (Group.IdxX == 0)
        {
            counts[0] += correct.Value;
            counts[1] += counted.Value;
        }
    }

    private readonly struct Key<TScalar, TLabel>;
}

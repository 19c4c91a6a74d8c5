using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The GPU form.</content>
internal static partial class CorrectPredictions
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TScalar>(in RowOperands x, in Operand counts)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar> =>
        x.A.Device.Launch(
            new KernelConfig(1, GroupTree.Size(x.A.Device, x.Rows)), Kernel,
            (Rows: GpuRows<LargestOp, TScalar>.Arguments.Of(x), Counts: counts.View<long>()));

    // One group, so that no atomics are needed; each of its threads takes whole rows.
    private static void Kernel<TScalar>((GpuRows<LargestOp, TScalar>.Arguments Rows, ArrayView<long> Counts) x)
        where TScalar : unmanaged, IReal<TScalar>, IScalar<TScalar>
    {
        ArrayView<I32> shared = SharedMemory.Allocate<I32>(GroupTree.LargestGroup);
        I32 correct = 0;
        I32 counted = 0;
        for (int row = Group.IdxX; row < x.Rows.Rows; row += Group.DimX)
        {
            int label = x.Rows.Column(row);
            if (label != -1)
            {
                Candidate<Descending, TScalar> best = default;
                best.Value = x.Rows.A[row * x.Rows.Columns];
                best.Index = 0;
                for (int c = 1; c < x.Rows.Columns; c++)
                {
                    TScalar value = x.Rows.A[(row * x.Rows.Columns) + c];
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
            x.Counts[0] += correct.Value;
            x.Counts[1] += counted.Value;
        }
    }
}

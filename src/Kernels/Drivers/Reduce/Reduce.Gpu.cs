using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>
/// The GPU form of a reduction: a group of threads per result with a tree in shared memory, or a thread per result where
/// neighbouring results stand side by side in memory or have few elements. Few large results are split into pieces that a
/// second launch joins. No atomics: the same input gives the same bits.
/// </summary>
internal static class GpuReduce<TRed, TScalar, TVector>
    where TRed : unmanaged, ITypedReduction<TScalar, TVector>
    where TScalar : unmanaged, INumeric<TScalar>
    where TVector : unmanaged, INumeric<TVector>
{
    // A group's piece: 64 elements for each of its threads, one after the other.
    private const int GroupPiece = 64 * GroupTree.LargestGroup;

    // Results enough to occupy a GPU with a thread, or a group, for each.
    private const int ManyThreads = 64 * 1024;
    private const int ManyGroups = 1024;

    // Elements a thread adds up before it adds the sum to its total, and the fewest it is started for.
    private const int ThreadBlock = 32;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(
        TRed reduction, ReducePlan plan, in Operand results, in Operand elements, in Operand anchors, bool accumulate)
    {
        Device device = results.Device;
        ArrayView<TScalar> output = results.View<TScalar>();
        ArrayView<TScalar> input = elements.View<TScalar>();
        ArrayView<TScalar> anchor = anchors.View<TScalar>();
        bool threads = IsByThreads(plan);
        if (threads)
        {
            int wanted = Math.Max(1, ManyThreads / plan.KeptCount);
            int length = (plan.ReducedCount + wanted - 1) / wanted;
            plan.Split(Math.Max(8 * ThreadBlock, (length + ThreadBlock - 1) / ThreadBlock * ThreadBlock));
        }
        else if (plan.KeptCount < ManyGroups && plan.ReducedCount >= 2 * GroupPiece)
        {
            plan.Split(GroupPiece);
        }

        if (plan.Pieces == 1)
        {
            Pass<WholePass>(reduction, plan, plan.ReducedCount, output, input, anchor, accumulate, threads, device);
            return;
        }

        int partialCount = plan.KeptCount * plan.Pieces;
        Block partials = device.Pool.Rent((long)partialCount * Unsafe.SizeOf<TScalar>());
        try
        {
            ArrayView<TScalar> partial = partials.View<TScalar>(0, partialCount);
            Pass<PiecesPass>(
                reduction, plan, plan.ReducedCount, partial, input, anchor, false, threads, device);
            ReducePlan join = plan.Join();
            Pass<JoiningPass>(
                reduction, join, plan.ReducedCount, output, partial, anchor, accumulate, IsByThreads(join), device);
        }
        finally
        {
            device.Pool.Return(partials);
        }
    }

    private static bool IsByThreads(in ReducePlan plan) =>
        (plan.Kept.Rank > 0 && plan.Kept.InnerStride(ReducePlan.Input) == 1 && plan.Kept.InnerLength >= 16)
        || plan.ReducedCount <= ThreadBlock;

    private static void Pass<TPass>(
        TRed reduction,
        in ReducePlan plan,
        int count,
        ArrayView<TScalar> output,
        ArrayView<TScalar> input,
        ArrayView<TScalar> anchor,
        bool accumulate,
        bool threads,
        Device device)
        where TPass : unmanaged, IPass
    {
        Arguments arguments = new()
        {
            Reduction = reduction,
            Identity = reduction.Identity,
            Count = count,
            Output = output,
            Input = input,
            Anchor = anchor,
            Kept = GpuNest.Of(plan.Kept, 0),
            Reduced = GpuNest.Of(plan.Reduced, 0),
            ReducedCount = plan.ReducedCount,
            Pieces = plan.Pieces,
            PieceLength = plan.PieceLength,
            Accumulate = accumulate ? 1 : 0,
        };
        if (threads)
        {
            device.Launch(device.Grid(plan.KeptCount * plan.Pieces), ThreadKernel<TPass>, arguments);
            return;
        }

        device.Launch(
            new KernelConfig(plan.KeptCount * plan.Pieces, GroupTree.Size(device, plan.PieceLength)), GroupKernel<TPass>, arguments);
    }

    private static void ThreadKernel<TPass>(Arguments x)
        where TPass : unmanaged, IPass
    {
        for (int item = Grid.GlobalIndex.X; (uint)item < (uint)(x.Kept.Count * x.Pieces); item += Grid.DimX * Group.DimX)
        {
            int piece = item / x.Kept.Count;
            GpuIndex kept = x.Kept.Index(item - (piece * x.Kept.Count));
            int elements = x.Kept.A.At(kept);
            TScalar known = TRed.HasAnchor ? x.Anchor[x.Kept.B.At(kept)] : default;
            int start = piece * x.PieceLength;
            int end = start + IntrinsicMath.Min(x.ReducedCount - start, x.PieceLength);
            TScalar total = x.Identity;
            for (int first = start; first < end; first += ThreadBlock)
            {
                TScalar block = x.Identity;
                for (int i = first; i < IntrinsicMath.Min(end, first + ThreadBlock); i++)
                {
                    TScalar element = x.Input[elements + x.Reduced.Output.At(x.Reduced.Index(i))];
                    block = x.Reduction.Combine(block, TPass.Maps ? x.Reduction.Map(element, known) : element);
                }

                total = x.Reduction.Combine(total, block);
            }

            TScalar result = TPass.Finishes ? x.Reduction.Finish(total, x.Count, known) : total;
            int place = x.Pieces > 1 ? item : x.Kept.Output.At(kept);
            x.Output[place] = x.Accumulate != 0 ? x.Output[place] + result : result;
        }
    }

    private static void GroupKernel<TPass>(Arguments x)
        where TPass : unmanaged, IPass
    {
        ArrayView<TScalar> shared = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        int item = Grid.IdxX;
        int piece = item / x.Kept.Count;
        GpuIndex kept = x.Kept.Index(item - (piece * x.Kept.Count));
        int elements = x.Kept.A.At(kept);
        TScalar known = TRed.HasAnchor ? x.Anchor[x.Kept.B.At(kept)] : default;
        int start = piece * x.PieceLength;
        int end = start + IntrinsicMath.Min(x.ReducedCount - start, x.PieceLength);
        TScalar total = x.Identity;
        for (int i = start + Group.IdxX; (uint)i < (uint)end; i += Group.DimX)
        {
            TScalar element = x.Input[elements + x.Reduced.Output.At(x.Reduced.Index(i))];
            total = x.Reduction.Combine(total, TPass.Maps ? x.Reduction.Map(element, known) : element);
        }

        shared[Group.IdxX] = total;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = x.Reduction.Combine(shared[Group.IdxX], shared[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        if (Group.IdxX == 0)
        {
            TScalar result = TPass.Finishes ? x.Reduction.Finish(shared[0], x.Count, known) : shared[0];
            int place = x.Pieces > 1 ? item : x.Kept.Output.At(kept);
            x.Output[place] = x.Accumulate != 0 ? x.Output[place] + result : result;
        }
    }

    internal struct Arguments
    {
        internal TRed Reduction;
        internal TScalar Identity;
        internal TScalar Count;
        internal ArrayView<TScalar> Output;
        internal ArrayView<TScalar> Input;
        internal ArrayView<TScalar> Anchor;
        internal GpuNest Kept;
        internal GpuNest Reduced;
        internal int ReducedCount;
        internal int Pieces;
        internal int PieceLength;
        internal int Accumulate;
    }
}

using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>The GPU form of an arg-reduction: a group of threads per result; large results in two launches.</summary>
internal static class GpuArgReduce<TOrder, TScalar, TIndex>
    where TOrder : unmanaged, IOrder
    where TScalar : unmanaged, INumeric<TScalar>, IScalar<TScalar>
    where TIndex : unmanaged, INumeric<TIndex>
{
    private const int GroupPiece = 64 * GroupTree.LargestGroup;
    private const int ManyGroups = 1024;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Run(ReducePlan plan, in Operand results, in Operand elements)
    {
        Device device = results.Device;
        ArrayView<TIndex> output = results.View<TIndex>();
        ArrayView<TScalar> input = elements.View<TScalar>();
        Arguments arguments = new()
        {
            Output = output,
            Input = input,
            Kept = GpuNest.Of(plan.Kept, 0),
            Reduced = GpuNest.Of(plan.Reduced, 0),
            ReducedCount = plan.ReducedCount,
            Pieces = 1,
            PieceLength = plan.ReducedCount,
            ToValues = input,
            ToIndices = output.Cast<int>(),
            FromIndices = output.Cast<int>(),
        };
        if (plan.KeptCount >= ManyGroups || plan.ReducedCount < 2 * GroupPiece)
        {
            Launch(arguments, device);
            return;
        }

        plan.Split(GroupPiece);
        int count = plan.KeptCount * plan.Pieces;
        Block values = device.Pool.Rent((long)count * Unsafe.SizeOf<TScalar>());
        Block indices = device.Pool.Rent((long)count * sizeof(int));
        try
        {
            arguments.Pieces = plan.Pieces;
            arguments.PieceLength = plan.PieceLength;
            arguments.ToValues = values.View<TScalar>(0, count);
            arguments.ToIndices = indices.View<int>(0, count);
            Launch(arguments, device);

            ReducePlan join = plan.Join();
            arguments.Input = values.View<TScalar>(0, count);
            arguments.FromIndices = indices.View<int>(0, count);
            arguments.HasIndices = 1;
            arguments.Kept = GpuNest.Of(join.Kept, 0);
            arguments.Reduced = GpuNest.Of(join.Reduced, 0);
            arguments.ReducedCount = join.ReducedCount;
            arguments.Pieces = 1;
            arguments.PieceLength = join.ReducedCount;
            Launch(arguments, device);
        }
        finally
        {
            device.Pool.Return(values);
            device.Pool.Return(indices);
        }
    }

    private static void Launch(in Arguments arguments, Device device) => device.Launch(
        new KernelConfig(arguments.Kept.Count * arguments.Pieces, GroupTree.Size(device, arguments.PieceLength)), Kernel, arguments);

    private static void Kernel(Arguments x)
    {
        ArrayView<TScalar> values = SharedMemory.Allocate<TScalar>(GroupTree.LargestGroup);
        ArrayView<int> indices = SharedMemory.Allocate<int>(GroupTree.LargestGroup);
        int item = Grid.IdxX;
        int piece = item / x.Kept.Count;
        GpuIndex kept = x.Kept.Index(item - (piece * x.Kept.Count));
        int elements = x.Kept.A.At(kept);
        int start = piece * x.PieceLength;
        int end = start + IntrinsicMath.Min(x.PieceLength, x.ReducedCount - start);
        int thread = Group.IdxX;

        // Threads without an element of their own enter the piece's first one, which changes nothing.
        int own = thread < end - start ? start + thread : start;
        int place = elements + x.Reduced.Output.At(x.Reduced.Index(own));
        Candidate<TOrder, TScalar> best = default;
        best.Value = x.Input[place];
        best.Index = x.HasIndices != 0 ? x.FromIndices[place] : own;
        for (int i = own + Group.DimX; (uint)i < (uint)end; i += Group.DimX)
        {
            place = elements + x.Reduced.Output.At(x.Reduced.Index(i));
            TScalar value = x.Input[place];
            int index = x.HasIndices != 0 ? x.FromIndices[place] : i;
            bool loses = best.LosesTo(value, index);
            best.Value = loses ? value : best.Value;
            best.Index = loses ? index : best.Index;
        }

        values[thread] = best.Value;
        indices[thread] = best.Index;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (thread < half)
            {
                best.Value = values[thread];
                best.Index = indices[thread];
                if (best.LosesTo(values[thread + half], indices[thread + half]))
                {
                    values[thread] = values[thread + half];
                    indices[thread] = indices[thread + half];
                }
            }

            Group.Barrier();
        }

        if (thread == 0)
        {
            if (x.Pieces > 1)
            {
                x.ToValues[item] = values[0];
                x.ToIndices[item] = indices[0];
            }
            else
            {
                x.Output[x.Kept.Output.At(kept)] = indices[0];
            }
        }
    }

    internal struct Arguments
    {
        internal ArrayView<TIndex> Output;
        internal ArrayView<TScalar> Input;
        internal ArrayView<int> FromIndices;
        internal ArrayView<TScalar> ToValues;
        internal ArrayView<int> ToIndices;
        internal GpuNest Kept;
        internal GpuNest Reduced;
        internal int ReducedCount;
        internal int Pieces;
        internal int PieceLength;
        internal int HasIndices;
    }
}

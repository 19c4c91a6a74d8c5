using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernels of GPUs.</content>
internal static partial class Segmented
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TOp, T>(
        TOp op, SegmentTable table, in Operand output, in Operand input, in Operand partials, in Operand numbers)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        ReduceArguments<TOp, T> arguments = new()
        {
            Op = op,
            ChunkCount = table.ChunkCount,
            Numbers = numbers.View<int>(),
            Input = input.View<T>(),
            Partials = partials.View<T>(),
            Output = output.View<T>(),
        };
        Device device = input.Device;
        int group = GroupTree.Size(device, GroupTree.LargestGroup);
        if (table.ChunkCount > 0)
        {
            device.Launch(new KernelConfig(table.ChunkCount, group), ChunkKernel, arguments);
        }

        device.Launch(new KernelConfig(table.SegmentCount, group), SegmentKernel, arguments);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TRule, T>(TRule rule, SegmentTable table, in Flat flat)
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        Device device = flat.Values.Device;
        KernelConfig grid = new(table.ChunkCount, GroupTree.Size(device, GroupTree.LargestGroup));
        device.Launch(grid, UpdateKernel, new UpdateArguments<TRule, T>
        {
            Rule = rule,
            HasState = flat.State is null ? 0 : 1,
            HasGo = flat.Go is null ? 0 : 1,
            Numbers = flat.Numbers.View<int>(),
            Values = flat.Values.View<T>(),
            Gradients = flat.Gradients.View<T>(),
            State = (flat.State ?? flat.Values).View<T>(),
            Factors = flat.Factors.View<T>(),
            Go = (flat.Go ?? flat.Values).View<T>(),
        });
    }

    private static void ChunkKernel<TOp, T>(ReduceArguments<TOp, T> k)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        int start = k.Numbers[3 * Grid.IdxX];
        int length = k.Numbers[(3 * Grid.IdxX) + 1];
        T total = k.Op.Identity<T>();
        for (int i = Group.IdxX; i < length; i += Group.DimX)
        {
            total = k.Op.Combine(total, k.Op.Map(k.Input[start + i], default(T)));
        }

        total = Tree(k.Op, total);
        if (Group.IdxX == 0)
        {
            k.Partials[Grid.IdxX] = total;
        }
    }

    private static void SegmentKernel<TOp, T>(ReduceArguments<TOp, T> k)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        int owner = (3 * k.ChunkCount) + (2 * Grid.IdxX);
        int first = k.Numbers[owner];
        int count = k.Numbers[owner + 1];
        T total = k.Op.Identity<T>();
        for (int i = Group.IdxX; i < count; i += Group.DimX)
        {
            total = k.Op.Combine(total, k.Partials[first + i]);
        }

        total = Tree(k.Op, total);
        if (Group.IdxX == 0)
        {
            k.Output[Grid.IdxX] = k.Op.Finish(total, default(T), default(T));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Tree<TOp, T>(TOp op, T value)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
    {
        ArrayView<T> shared = SharedMemory.Allocate<T>(GroupTree.LargestGroup);
        shared[Group.IdxX] = value;
        Group.Barrier();
        for (int half = Group.DimX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half)
            {
                shared[Group.IdxX] = op.Combine(shared[Group.IdxX], shared[Group.IdxX + half]);
            }

            Group.Barrier();
        }

        return shared[0];
    }

    private static void UpdateKernel<TRule, T>(UpdateArguments<TRule, T> k)
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        TRule rule = k.Rule;
        int start = k.Numbers[3 * Grid.IdxX];
        bool go = k.HasGo == 0 || T.IsNonzero(k.Go[0]);
        int length = go ? k.Numbers[(3 * Grid.IdxX) + 1] : 0;
        T factor = k.Factors[k.Numbers[(3 * Grid.IdxX) + 2]];
        for (int i = start + Group.IdxX; i < start + length; i += Group.DimX)
        {
            T value = k.Values[i];
            T state = k.HasState != 0 ? k.State[i] : default;
            rule.Update(ref value, k.Gradients[i], factor, ref state);
            k.Values[i] = value;
            if (k.HasState != 0)
            {
                k.State[i] = state;
            }
        }
    }

    internal struct ReduceArguments<TOp, T>
        where TOp : unmanaged
        where T : unmanaged
    {
        internal TOp Op;
        internal int ChunkCount;
        internal ArrayView<int> Numbers;
        internal ArrayView<T> Input;
        internal ArrayView<T> Partials;
        internal ArrayView<T> Output;
    }

    internal struct UpdateArguments<TRule, T>
        where TRule : unmanaged
        where T : unmanaged
    {
        internal TRule Rule;
        internal int HasState;
        internal int HasGo;
        internal ArrayView<int> Numbers;
        internal ArrayView<T> Values;
        internal ArrayView<T> Gradients;
        internal ArrayView<T> State;
        internal ArrayView<T> Factors;
        internal ArrayView<T> Go;
    }
}

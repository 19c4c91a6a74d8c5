using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Runs an <see cref="ISegmentRule"/> over flat memory: one launch, however many segments there are.</summary>
public static class SegmentUpdate
{
    /// <summary>Makes a step of all elements. The operands are flat, contiguous, of one length, type and device.</summary>
    /// <param name="rule">The rule with this step's hyper-parameters.</param>
    /// <param name="values">The elements.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="state">State; the elements themselves if the rule has none.</param>
    /// <param name="factors">A number for each segment.</param>
    /// <param name="table">The segments.</param>
    /// <param name="numbers">The table's numbers on the device, Int32.</param>
    /// <param name="go">A device number of the elements' type: where it is 0, nothing changes; none if null.</param>
    public static void Run<TRule>(
        TRule rule, in Operand values, in Operand gradients, Operand? state, in Operand factors, SegmentTable table, in Operand numbers, Operand? go)
        where TRule : unmanaged, ISegmentRule
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.ChunkCount == 0)
        {
            return;
        }

        if (values.DType == DType.Float64)
        {
            Run<TRule, F64, F64x>(rule, values, gradients, state, factors, table, numbers, go);
        }
        else
        {
            Run<TRule, F32, F32x>(rule, values, gradients, state, factors, table, numbers, go);
        }
    }

    private static unsafe void Run<TRule, T, TVector>(
        TRule rule, in Operand values, in Operand gradients, Operand? state, in Operand factors, SegmentTable table, in Operand numbers, Operand? go)
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>, IScalar<T>
        where TVector : unmanaged, IReal<TVector>
    {
        Device device = values.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            if (go is null || T.IsNonzero(*go.Value.Host<T>()))
            {
                fixed (int* places = table.Numbers)
                {
                    HostParallel.For(table.ChunkCount, 4, new Loop<TRule, T, TVector>(
                        rule, values.Host<T>(), gradients.Host<T>(), state is { } own ? own.Host<T>() : null, factors.Host<T>(), places));
                }
            }

            return;
        }

        Arguments<TRule, T> arguments = new()
        {
            Rule = rule,
            HasState = state is null ? 0 : 1,
            HasGo = go is null ? 0 : 1,
            Numbers = numbers.View<int>(),
            Values = values.View<T>(),
            Gradients = gradients.View<T>(),
            State = (state ?? values).View<T>(),
            Factors = factors.View<T>(),
            Go = (go ?? values).View<T>(),
        };
        device.Kernel<Arguments<TRule, T>, Action<KernelConfig, Arguments<TRule, T>>>(
            static accelerator => accelerator.Launcher<Arguments<TRule, T>>(Kernel))(
                new KernelConfig(table.ChunkCount, GroupTree.Size(device, GroupTree.LargestGroup)), arguments);
    }

    private static void Kernel<TRule, T>(Arguments<TRule, T> k)
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        int start = k.Numbers[3 * Grid.IdxX];
        bool go = k.HasGo == 0 || T.IsNonzero(k.Go[0]);
        int length = go ? k.Numbers[(3 * Grid.IdxX) + 1] : 0;
        T factor = k.Factors[k.Numbers[(3 * Grid.IdxX) + 2]];
        for (int i = start + Group.IdxX; i < start + length; i += Group.DimX)
        {
            T value = k.Values[i];
            T state = k.HasState != 0 ? k.State[i] : default;
            k.Rule.Update(ref value, k.Gradients[i], factor, ref state);
            k.Values[i] = value;
            if (k.HasState != 0)
            {
                k.State[i] = state;
            }
        }
    }

    internal struct Arguments<TRule, T>
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

    private readonly unsafe struct Loop<TRule, T, TVector>(TRule rule, T* values, T* gradients, T* state, T* factors, int* numbers) : IRangeBody
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        private readonly TRule _rule = rule;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            TRule rule = _rule;
            int width = sizeof(TVector) / sizeof(T);
            for (int chunk = start; chunk < end; chunk++)
            {
                // Lengths are multiples of 16: whole registers, of any width there is.
                int first = numbers[3 * chunk];
                int length = numbers[(3 * chunk) + 1];
                TVector factor = default;
                new Span<T>(&factor, width).Fill(factors[numbers[(3 * chunk) + 2]]);
                TVector none = default;
                for (int i = first; i < first + length; i += width)
                {
                    TVector value = *(TVector*)(values + i);
                    TVector gradient = *(TVector*)(gradients + i);
                    if (state is null)
                    {
                        rule.Update(ref value, gradient, factor, ref none);
                    }
                    else
                    {
                        rule.Update(ref value, gradient, factor, ref *(TVector*)(state + i));
                    }

                    *(TVector*)(values + i) = value;
                }
            }
        }
    }
}

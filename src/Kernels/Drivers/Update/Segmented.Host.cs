using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <content>The loops of the CPU.</content>
internal static unsafe partial class Segmented
{
    private static void OnHost<TOp, T, TVector>(TOp op, SegmentTable table, in Operand output, in Operand input, in Operand partials)
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        T* partial = partials.Host<T>();
        T* results = output.Host<T>();
        fixed (int* places = table.Numbers)
        {
            HostParallel.For(table.ChunkCount, Grain, new ReduceLoop<TOp, T, TVector>(op, input.Host<T>(), partial, places));
            int* owners = places + (3 * table.ChunkCount);
            for (int segment = 0; segment < table.SegmentCount; segment++)
            {
                T total = op.Identity<T>();
                int first = owners[2 * segment];
                for (int chunk = first; chunk < first + owners[(2 * segment) + 1]; chunk++)
                {
                    total = op.Combine(total, partial[chunk]);
                }

                results[segment] = op.Finish(total, 0, 0);
            }
        }
    }

    private static void OnHost<TRule, T, TVector>(TRule rule, SegmentTable table, in Flat flat)
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>, IScalar<T>
        where TVector : unmanaged, IReal<TVector>
    {
        if (flat.Go is { } go && !T.IsNonzero(*go.Host<T>()))
        {
            return;
        }

        fixed (int* places = table.Numbers)
        {
            HostParallel.For(table.ChunkCount, Grain, new UpdateLoop<TRule, T, TVector>(
                rule, flat.Values.Host<T>(), flat.Gradients.Host<T>(), flat.State is { } own ? own.Host<T>() : null, flat.Factors.Host<T>(),
                places));
        }
    }

    private readonly struct ReduceLoop<TOp, T, TVector>(TOp op, T* input, T* partials, int* numbers) : IRangeBody
        where TOp : unmanaged, IReduction
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        private readonly TOp _op = op;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            TOp op = _op;
            int width = sizeof(TVector) / sizeof(T);
            for (int chunk = start; chunk < end; chunk++)
            {
                T* x = input + numbers[3 * chunk];
                int length = numbers[(3 * chunk) + 1];
                TVector even = op.Identity<TVector>();
                TVector odd = even;
                int i = 0;
                for (; i + width < length; i += 2 * width)
                {
                    even = op.Combine(even, op.Map(*(TVector*)(x + i), default(TVector)));
                    odd = op.Combine(odd, op.Map(*(TVector*)(x + i + width), default(TVector)));
                }

                if (i < length)
                {
                    even = op.Combine(even, op.Map(*(TVector*)(x + i), default(TVector)));
                }

                even = op.Combine(even, odd);
                T total = ((T*)&even)[0];
                for (int lane = 1; lane < width; lane++)
                {
                    total = op.Combine(total, ((T*)&even)[lane]);
                }

                partials[chunk] = total;
            }
        }
    }

    private readonly struct UpdateLoop<TRule, T, TVector>(TRule rule, T* values, T* gradients, T* state, T* factors, int* numbers) : IRangeBody
        where TRule : unmanaged, ISegmentRule
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        private readonly TRule _rule = rule;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run(int start, int end)
        {
            TRule rule = _rule;
            TVector none = default;
            for (int chunk = start; chunk < end; chunk++)
            {
                int first = numbers[3 * chunk];
                int length = numbers[(3 * chunk) + 1];
                TVector factor = Lanes<T, TVector>.Fill(factors[numbers[(3 * chunk) + 2]]);
                for (int i = first; i < first + length; i += sizeof(TVector) / sizeof(T))
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

using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <content>The loop of the CPU.</content>
internal static unsafe partial class UpdateKernel
{
    private static void OnHost<TRule, T, TVector>(TRule rule, in Flat flat)
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>, IScalar<T>
        where TVector : unmanaged, IReal<TVector>
    {
        UpdateTreatment treatment = flat.Treatment;
        if (treatment.Go is { } go && !T.IsNonzero(*go.Host<T>()))
        {
            return;
        }

        T factor = treatment.Sign;
        factor = treatment.Factor is { } number ? factor * *number.Host<T>() : factor;
        int count = flat.Values.Count;
        HostParallel.For(count, HostParallel.EvenGrain(count, 16 * 1024, unit: 64), new Loop<TRule, T, TVector>(
            rule, T.ToDouble(factor), treatment.Limit, treatment.Decay, 1 - treatment.Shrinkage, flat.Values.Host<T>(),
            flat.Gradients.Host<T>(), flat.S0.Host<T>(), flat.S1.Host<T>(), flat.S2.Host<T>()));
    }

    private readonly struct Loop<TRule, T, TVector>(
        TRule rule, double factor, double limit, double decay, double kept, T* values, T* gradients, T* s0, T* s1, T* s2) : IRangeBody
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>
        where TVector : unmanaged, IReal<TVector>
    {
        private readonly TRule _rule = rule;

        public void Run(int start, int end)
        {
            // Arena stretches start and end on register boundaries; the last elements of others go through a register as well.
            int whole = start + ((end - start) / Width * Width);
            Whole(start, whole);
            if (whole < end)
            {
                Rest(whole, end - whole);
            }
        }

        private static int Width => sizeof(TVector) / sizeof(T);

        private void Whole(int start, int end)
        {
            if (factor == 1 && limit <= 0 && decay == 0 && kept == 1)
            {
                Plain(start, end);
            }
            else
            {
                Treated(start, end);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Plain(int start, int end)
        {
            TRule own = _rule;
            for (int i = start; i < end; i += Width)
            {
                Step(own, i, *(TVector*)(values + i), *(TVector*)(gradients + i));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Treated(int start, int end)
        {
            TRule own = _rule;
            TVector factors = factor;
            TVector limits = limit;
            TVector decays = decay;
            TVector keeps = kept;
            bool isLimited = limit > 0;
            bool hasDecay = decay != 0;
            for (int i = start; i < end; i += Width)
            {
                TVector value = *(TVector*)(values + i);
                TVector gradient = Treat(*(TVector*)(gradients + i), value, factors, limits, decays, isLimited, hasDecay);
                Step(own, i, value * keeps, gradient);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step(TRule own, int i, TVector value, TVector gradient)
        {
            TVector v0 = TRule.Slots > 0 ? *(TVector*)(s0 + i) : default;
            TVector v1 = TRule.Slots > 1 ? *(TVector*)(s1 + i) : default;
            TVector v2 = TRule.Slots > 2 ? *(TVector*)(s2 + i) : default;
            own.Update(ref value, gradient, ref v0, ref v1, ref v2);
            *(TVector*)(values + i) = value;
            if (TRule.Slots > 0)
            {
                *(TVector*)(s0 + i) = v0;
            }

            if (TRule.Slots > 1)
            {
                *(TVector*)(s1 + i) = v1;
            }

            if (TRule.Slots > 2)
            {
                *(TVector*)(s2 + i) = v2;
            }
        }

        private void Rest(int start, int count)
        {
            TVector* tile = stackalloc TVector[5];
            new Span<TVector>(tile, 5).Clear();
            Copy((T*)tile, values + start, count);
            Copy((T*)(tile + 1), gradients + start, count);
            Copy((T*)(tile + 2), s0 + start, count);
            Copy((T*)(tile + 3), s1 + start, count);
            Copy((T*)(tile + 4), s2 + start, count);
            new Loop<TRule, T, TVector>(
                _rule, factor, limit, decay, kept, (T*)tile, (T*)(tile + 1), (T*)(tile + 2), (T*)(tile + 3), (T*)(tile + 4)).Whole(0, Width);
            Copy(values + start, (T*)tile, count);
            Copy(s0 + start, (T*)(tile + 2), TRule.Slots > 0 ? count : 0);
            Copy(s1 + start, (T*)(tile + 3), TRule.Slots > 1 ? count : 0);
            Copy(s2 + start, (T*)(tile + 4), TRule.Slots > 2 ? count : 0);
        }

        private static void Copy(T* to, T* from, int count) => new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
    }
}

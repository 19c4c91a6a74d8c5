using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Runs an <see cref="IUpdateRule"/> over flat parameters, gradients and state: one launch, each element read once.</summary>
public static class UpdateKernel
{
    /// <summary>Makes a step of all elements. All operands are flat, contiguous, of one length, type and device.</summary>
    /// <param name="rule">The rule with this step's hyper-parameters.</param>
    /// <param name="values">The parameters.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="state">The state, as many operands as the rule has slots.</param>
    /// <param name="treatment">What happens to gradients and values before the rule sees them.</param>
    /// <exception cref="ArgumentException">The number of state operands is not the rule's.</exception>
    public static void Run<TRule>(
        TRule rule, in Operand values, in Operand gradients, ReadOnlySpan<Operand> state, in UpdateTreatment treatment = default)
        where TRule : unmanaged, IUpdateRule
    {
        if (state.Length != TRule.Slots)
        {
            throw new ArgumentException($"{typeof(TRule).Name} has {TRule.Slots} state slots, not {state.Length}.", nameof(state));
        }

        if (values.DType == DType.Float64)
        {
            Run<TRule, F64, F64x>(rule, values, gradients, state, treatment);
        }
        else
        {
            Run<TRule, F32, F32x>(rule, values, gradients, state, treatment);
        }
    }

    private static unsafe void Run<TRule, T, TVector>(
        TRule rule, in Operand values, in Operand gradients, ReadOnlySpan<Operand> state, in UpdateTreatment treatment)
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>, IScalar<T>
        where TVector : unmanaged, IReal<TVector>
    {
        int count = values.Count;
        if (count == 0)
        {
            return;
        }

        Operand s0 = TRule.Slots > 0 ? state[0] : values;
        Operand s1 = TRule.Slots > 1 ? state[1] : values;
        Operand s2 = TRule.Slots > 2 ? state[2] : values;
        Device device = values.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            if (treatment.Go is { } go && !T.IsNonzero(*Start<T>(go)))
            {
                return;
            }

            T sign = treatment.Sign;
            Treatment<T> before = new(treatment, treatment.Factor is { } factor ? sign * *Start<T>(factor) : sign);
            HostParallel.For(count, HostParallel.EvenGrain(count, 16 * 1024, unit: 64), new Loop<TRule, T, TVector>(
                rule, before, Start<T>(values), Start<T>(gradients), Start<T>(s0), Start<T>(s1), Start<T>(s2)));
            return;
        }

        Arguments<TRule, T> arguments = new()
        {
            Rule = rule,
            Count = count,
            Treatment = new Treatment<T>(treatment, treatment.Sign),
            HasFactor = treatment.Factor is null ? 0 : 1,
            HasGo = treatment.Go is null ? 0 : 1,
            Factor = View<T>(treatment.Factor ?? values),
            Go = View<T>(treatment.Go ?? values),
            Values = View<T>(values),
            Gradients = View<T>(gradients),
            S0 = View<T>(s0),
            S1 = View<T>(s1),
            S2 = View<T>(s2),
        };
        device.Kernel<Arguments<TRule, T>, Action<KernelConfig, Arguments<TRule, T>>>(
            static accelerator => accelerator.Launcher<Arguments<TRule, T>>(Kernel))(device.Grid(count), arguments);
    }

    private static unsafe T* Start<T>(in Operand operand)
        where T : unmanaged => operand.Block.Host<T>(operand.Offset);

    private static ArrayView<T> View<T>(in Operand operand)
        where T : unmanaged => operand.Block.View<T>(operand.Offset, operand.Count);

    private static void Kernel<TRule, T>(Arguments<TRule, T> k)
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        // Copies, since a call by reference that ILGPU does not inline in time would leave all arguments in local memory.
        TRule rule = k.Rule;
        Treatment<T> treatment = k.Treatment;
        T factor = k.HasFactor != 0 ? treatment.Factor * k.Factor[0] : treatment.Factor;
        bool go = k.HasGo == 0 || T.IsNonzero(k.Go[0]);
        int count = go ? k.Count : 0;
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            T value = k.Values[i];
            T gradient = treatment.Gradient(k.Gradients[i], value, factor);
            value = treatment.Value(value);
            T s0 = TRule.Slots > 0 ? k.S0[i] : default;
            T s1 = TRule.Slots > 1 ? k.S1[i] : default;
            T s2 = TRule.Slots > 2 ? k.S2[i] : default;
            rule.Update(ref value, gradient, ref s0, ref s1, ref s2);
            k.Values[i] = value;
            if (TRule.Slots > 0)
            {
                k.S0[i] = s0;
            }

            if (TRule.Slots > 1)
            {
                k.S1[i] = s1;
            }

            if (TRule.Slots > 2)
            {
                k.S2[i] = s2;
            }
        }
    }

    internal readonly struct Treatment<T>(UpdateTreatment treatment, T factor)
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        internal readonly T Factor = factor;
        internal readonly double Limit = treatment.Limit;
        internal readonly double Decay = treatment.Decay;
        internal readonly double Kept = 1 - treatment.Shrinkage;

        internal bool IsNeutral => T.ToDouble(Factor) == 1 && Limit <= 0 && Decay == 0 && Kept == 1;

        // A branch for each part, the same for all elements: 0 times an infinite value would not be nothing.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TElement Gradient<TElement>(TElement gradient, TElement value, TElement factor)
            where TElement : unmanaged, IReal<TElement>
        {
            TElement result = gradient * factor;
            if (Limit > 0)
            {
                TElement limit = Limit;
                result = TElement.Min(TElement.Max(result, -limit), limit);
            }

            if (Decay != 0)
            {
                result += Decay * value;
            }

            return result;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TElement Value<TElement>(TElement value)
            where TElement : unmanaged, IReal<TElement> => value * Kept;
    }

    internal struct Arguments<TRule, T>
        where TRule : unmanaged
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        internal TRule Rule;
        internal int Count;
        internal Treatment<T> Treatment;
        internal int HasFactor;
        internal int HasGo;
        internal ArrayView<T> Factor;
        internal ArrayView<T> Go;
        internal ArrayView<T> Values;
        internal ArrayView<T> Gradients;
        internal ArrayView<T> S0;
        internal ArrayView<T> S1;
        internal ArrayView<T> S2;
    }

    private readonly unsafe struct Loop<TRule, T, TVector>(
        TRule rule, Treatment<T> treatment, T* values, T* gradients, T* s0, T* s1, T* s2) : IRangeBody
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>, IScalar<T>
        where TVector : unmanaged, IReal<TVector>
    {
        private readonly TRule _rule = rule;
        private readonly Treatment<T> _treatment = treatment;

        public void Run(int start, int end)
        {
            // Arena stretches start and end on register boundaries; the last elements of others go through a register as well.
            int width = sizeof(TVector) / sizeof(T);
            int whole = start + ((end - start) / width * width);
            if (_treatment.IsNeutral)
            {
                Plain(start, whole);
            }
            else
            {
                Treated(start, whole);
            }

            if (whole < end)
            {
                Rest(whole, end - whole);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Plain(int start, int end)
        {
            TRule rule = _rule;
            for (int i = start; i < end; i += sizeof(TVector) / sizeof(T))
            {
                Step(rule, i, *(TVector*)(values + i), *(TVector*)(gradients + i));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Treated(int start, int end)
        {
            // As Treatment does it, with its numbers in registers.
            TRule rule = _rule;
            TVector factor = T.ToDouble(_treatment.Factor);
            TVector limit = _treatment.Limit;
            TVector decay = _treatment.Decay;
            TVector kept = _treatment.Kept;
            bool limits = _treatment.Limit > 0;
            bool decays = _treatment.Decay != 0;
            for (int i = start; i < end; i += sizeof(TVector) / sizeof(T))
            {
                TVector value = *(TVector*)(values + i);
                TVector gradient = *(TVector*)(gradients + i) * factor;
                if (limits)
                {
                    gradient = TVector.Min(TVector.Max(gradient, -limit), limit);
                }

                if (decays)
                {
                    gradient += decay * value;
                }

                Step(rule, i, value * kept, gradient);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step(TRule rule, int i, TVector value, TVector gradient)
        {
            TVector v0 = TRule.Slots > 0 ? *(TVector*)(s0 + i) : default;
            TVector v1 = TRule.Slots > 1 ? *(TVector*)(s1 + i) : default;
            TVector v2 = TRule.Slots > 2 ? *(TVector*)(s2 + i) : default;
            rule.Update(ref value, gradient, ref v0, ref v1, ref v2);
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
            TVector value = default;
            TVector gradient = default;
            TVector v0 = default;
            TVector v1 = default;
            TVector v2 = default;
            Copy((T*)&value, values + start, count);
            Copy((T*)&gradient, gradients + start, count);
            if (!_treatment.IsNeutral)
            {
                TVector factor = default;
                new Span<T>(&factor, sizeof(TVector) / sizeof(T)).Fill(_treatment.Factor);
                gradient = _treatment.Gradient(gradient, value, factor);
                value = _treatment.Value(value);
            }

            Copy((T*)&v0, s0 + start, count);
            Copy((T*)&v1, s1 + start, count);
            Copy((T*)&v2, s2 + start, count);
            _rule.Update(ref value, gradient, ref v0, ref v1, ref v2);
            Copy(values + start, (T*)&value, count);
            if (TRule.Slots > 0)
            {
                Copy(s0 + start, (T*)&v0, count);
            }

            if (TRule.Slots > 1)
            {
                Copy(s1 + start, (T*)&v1, count);
            }

            if (TRule.Slots > 2)
            {
                Copy(s2 + start, (T*)&v2, count);
            }
        }

        private static void Copy(T* to, T* from, int count) => new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
    }
}

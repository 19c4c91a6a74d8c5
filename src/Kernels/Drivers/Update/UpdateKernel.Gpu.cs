using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernel of GPUs.</content>
internal static partial class UpdateKernel
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OnGpu<TRule, T>(TRule rule, in Flat flat)
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        UpdateTreatment treatment = flat.Treatment;
        Device device = flat.Values.Device;
        device.Launch(device.Grid(flat.Values.Count), Kernel, new Arguments<TRule, T>
        {
            Rule = rule,
            Count = flat.Values.Count,
            Sign = treatment.Sign,
            Limit = treatment.Limit,
            Decay = treatment.Decay,
            Kept = 1 - treatment.Shrinkage,
            HasLimit = treatment.Limit > 0 ? 1 : 0,
            HasDecay = treatment.Decay != 0 ? 1 : 0,
            HasFactor = treatment.Factor is null ? 0 : 1,
            HasGo = treatment.Go is null ? 0 : 1,
            Factor = (treatment.Factor ?? flat.Values).View<T>(),
            Go = (treatment.Go ?? flat.Values).View<T>(),
            Values = flat.Values.View<T>(),
            Gradients = flat.Gradients.View<T>(),
            S0 = flat.S0.View<T>(),
            S1 = flat.S1.View<T>(),
            S2 = flat.S2.View<T>(),
        });
    }

    private static void Kernel<TRule, T>(Arguments<TRule, T> k)
        where TRule : unmanaged, IUpdateRule
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        // A copy, since a call by reference that ILGPU does not inline in time would leave all arguments in local memory.
        TRule rule = k.Rule;
        T factor = k.HasFactor != 0 ? k.Sign * k.Factor[0] : k.Sign;
        bool go = k.HasGo == 0 || T.IsNonzero(k.Go[0]);
        int count = go ? k.Count : 0;
        for (int i = Grid.GlobalIndex.X; (uint)i < (uint)count; i += Grid.DimX * Group.DimX)
        {
            T value = k.Values[i];
            T gradient = Treat(k.Gradients[i], value, factor, k.Limit, k.Decay, k.HasLimit != 0, k.HasDecay != 0);
            value *= k.Kept;
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

    internal struct Arguments<TRule, T>
        where TRule : unmanaged
        where T : unmanaged
    {
        internal TRule Rule;
        internal int Count;
        internal T Sign;
        internal T Limit;
        internal T Decay;
        internal T Kept;
        internal int HasLimit;
        internal int HasDecay;
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
}

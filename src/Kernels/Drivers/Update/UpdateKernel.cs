using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// What happens to gradients and values on their way into an update rule, without a pass of its own over them:
/// g ← clamp(±Factor g, -Limit, Limit) + Decay w, then w ← (1 - Shrinkage) w.
/// </summary>
/// <param name="Factor">A device number of the gradients' type that multiplies them, such as a clipping factor; none if null.</param>
/// <param name="Go">A device number of the gradients' type: where it is 0, no step is made and nothing changes; none if null.</param>
/// <param name="Limit">The largest magnitude of a gradient; no limit if 0.</param>
/// <param name="Decay">Coupled weight decay: how much of the value is added to the gradient.</param>
/// <param name="Shrinkage">Decoupled weight decay: how much of the value is taken off it before the rule sees it.</param>
/// <param name="Ascends">Whether the gradient's sign is turned, before weight decay is added, so that the rule climbs.</param>
internal readonly record struct UpdateTreatment(
    Operand? Factor, Operand? Go, double Limit, double Decay, double Shrinkage, bool Ascends = false)
{
    internal int Sign => Ascends ? -1 : 1;
}

/// <summary>Runs an <see cref="IUpdateRule"/> over flat parameters, gradients and state: one launch, each element read once.</summary>
internal static partial class UpdateKernel
{
    /// <summary>
    /// Makes a step of all elements. All operands are flat, contiguous, of one length, type (Float32 or Float64) and device; there are as
    /// many of state as the rule has slots.
    /// </summary>
    internal static void Run<TRule>(
        TRule rule, in Operand values, in Operand gradients, ReadOnlySpan<Operand> state, in UpdateTreatment treatment = default)
        where TRule : unmanaged, IUpdateRule
    {
        Debug.Assert(state.Length == TRule.Slots, "the state is not the rule's");
        if (values.Count > 0)
        {
            Flat flat = new(
                values, gradients, TRule.Slots > 0 ? state[0] : values, TRule.Slots > 1 ? state[1] : values,
                TRule.Slots > 2 ? state[2] : values, treatment);
            Dispatch.Float(nameof(IUpdateRule), values.DType, values.Device, new Step<TRule>(rule, flat));
        }
    }

    // A branch for each part, the same for all elements: 0 times an infinite value would not be nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Treat<T>(T gradient, T value, T factor, T limit, T decay, bool limits, bool decays)
        where T : unmanaged, IReal<T>
    {
        gradient *= factor;
        if (limits)
        {
            gradient = T.Min(T.Max(gradient, -limit), limit);
        }

        if (decays)
        {
            gradient += decay * value;
        }

        return gradient;
    }

    private readonly record struct Flat(
        Operand Values, Operand Gradients, Operand S0, Operand S1, Operand S2, UpdateTreatment Treatment);

    private readonly ref struct Step<TRule>(TRule rule, in Flat flat) : IFloatVisitor
        where TRule : unmanaged, IUpdateRule
    {
        private readonly ref readonly Flat _flat = ref flat;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector>
        {
            if (_flat.Values.Device.StartsOnHost())
            {
                OnHost<TRule, T, TVector>(rule, _flat);
            }
            else
            {
                OnGpu<TRule, T>(rule, _flat);
            }
        }
    }
}

using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <content>The kernels of GPUs. The measures are few, one for each stretch: one thread.</content>
internal static partial class GradientControl
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecideOnGpu<T>(Decision decision, in Operand control, in Operand skipped, in Operand measures)
        where T : unmanaged, IReal<T>, IScalar<T> =>
        control.Device.Launch(
            new KernelConfig(1, 1), DecideKernel, (decision, control.View<T>(), skipped.View<long>(), measures.View<T>()));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MoveScaleOnGpu(ScaleRule rule, in Operand state, in Operand control) =>
        state.Device.Launch(new KernelConfig(1, 1), MoveScaleKernel, (rule, state.View<F32>(), control.View<F32>()));

    private static void DecideKernel<T>((Decision Decision, ArrayView<T> Control, ArrayView<long> Skipped, ArrayView<T> Measures) k)
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        T total = k.Measures[0];
        for (int i = 1; i < k.Decision.Count; i++)
        {
            total = k.Decision.Join(total, k.Measures[i]);
        }

        k.Decision.Make(total, out T factor, out T go, out T norm);
        k.Control[0] = factor;
        k.Control[1] = go;
        k.Control[2] = norm;
        k.Skipped[0] += T.IsNonzero(go) ? 0 : 1;
    }

    private static void MoveScaleKernel((ScaleRule Rule, ArrayView<F32> State, ArrayView<F32> Control) k)
    {
        F32 scale = k.State[0];
        F32 inverse = k.State[1];
        F32 steps = k.State[2];
        k.Rule.Move(k.Control[1], ref scale, ref inverse, ref steps);
        k.State[0] = scale;
        k.State[1] = inverse;
        k.State[2] = steps;
    }
}

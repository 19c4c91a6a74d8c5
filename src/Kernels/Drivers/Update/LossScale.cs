using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>Moves the factor of a loss on the device, by whether the last step was made: the host never waits for it.</summary>
public static class LossScale
{
    /// <summary>
    /// state = [scale, 1 / scale, steps made since the scale last moved]. A step that was not made multiplies the scale by the
    /// backoff; an interval of steps that were made, by the growth, unless that is infinite.
    /// </summary>
    /// <param name="state">Three Float32.</param>
    /// <param name="control">What <see cref="GradientControl.Decide"/> decided, as Float32; on the state's device.</param>
    /// <param name="growth">The factor of growth, above 1.</param>
    /// <param name="backoff">The factor of an overflow, in (0, 1).</param>
    /// <param name="interval">The steps made before the scale grows.</param>
    public static unsafe void Update(in Operand state, in Operand control, double growth, double backoff, int interval)
    {
        Arguments arguments = new((float)growth, (float)backoff, interval);
        Device device = state.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            F32* numbers = state.Host<F32>();
            arguments.Move(control.Host<F32>()[1], ref numbers[0], ref numbers[1], ref numbers[2]);
            return;
        }

        device.Kernel<Arguments, Action<KernelConfig, ArrayView<F32>, ArrayView<F32>, Arguments>>(
            static accelerator => accelerator.Launcher<ArrayView<F32>, ArrayView<F32>, Arguments>(Kernel))(
                new KernelConfig(1, GroupTree.Size(device, 1)), state.View<F32>(), control.View<F32>(), arguments);
    }

    private static void Kernel(ArrayView<F32> state, ArrayView<F32> control, Arguments arguments)
    {
        if (Group.IdxX == 0)
        {
            F32 scale = state[0];
            F32 inverse = state[1];
            F32 steps = state[2];
            arguments.Move(control[1], ref scale, ref inverse, ref steps);
            state[0] = scale;
            state[1] = inverse;
            state[2] = steps;
        }
    }

    internal readonly struct Arguments(float growth, float backoff, int interval)
    {
        private readonly float _growth = growth;
        private readonly float _backoff = backoff;
        private readonly int _interval = interval;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Move(F32 go, ref F32 scale, ref F32 inverse, ref F32 steps)
        {
            bool made = F32.IsNonzero(go);
            float count = made ? steps.Value + 1 : 0;
            bool grows = count >= _interval;
            float next = made ? grows ? scale.Value * _growth : scale.Value : scale.Value * _backoff;
            bool bounded = next <= float.MaxValue;
            scale = bounded ? next : scale.Value;
            inverse = 1 / scale.Value;
            steps = grows ? 0 : count;
        }
    }
}

using System.Runtime.CompilerServices;
using ILGPU;

namespace DeepSharp.Kernels;

/// <summary>
/// Decides on the device whether a step is made and by what its gradients are multiplied, from a measure of the gradients: the
/// host never waits for it.
/// </summary>
public static class GradientControl
{
    /// <summary>Reduces flat gradients to one number that <see cref="Decide"/> understands.</summary>
    /// <param name="output">One number of the gradients' type.</param>
    /// <param name="gradients">The gradients, flat.</param>
    /// <param name="norm">The exponent of the norm, infinity for the largest magnitude; 0 asks only whether all are finite.</param>
    public static void Measure(in Operand output, in Operand gradients, double norm)
    {
        Operand number = output with { Dims = [1], Strides = [1] };
        switch (norm)
        {
            case 0:
                Reduction.Run(default(FiniteCheck), number, gradients, 1);
                break;
            case 1:
                Reduction.Run(default(SumOfMagnitudes), number, gradients, 1);
                break;
            case 2:
                Reduction.Run(default(SumOfSquares), number, gradients, 1);
                break;
            case double.PositiveInfinity:
                Reduction.Run(default(LargestMagnitude), number, gradients, 1);
                break;
            default:
                Reduction.Run(new SumOfPowers(norm), number, gradients, 1);
                break;
        }
    }

    /// <summary>
    /// control = [min(1, maxNorm / (norm + 1e-6)), whether to go (1 or 0), norm], from the measures of all stretches; a step
    /// that is not made is counted.
    /// </summary>
    /// <param name="control">Three numbers.</param>
    /// <param name="skipped">An Int64 counter.</param>
    /// <param name="measures">The measures, of the control's type.</param>
    /// <param name="norm">The exponent they were made with.</param>
    /// <param name="maxNorm">The norm to clip to; 0 for none.</param>
    /// <param name="skip">Whether gradients that are not finite stop the step.</param>
    public static void Decide(in Operand control, in Operand skipped, in Operand measures, double norm, double maxNorm, bool skip)
    {
        Arguments arguments = new(measures.Count, norm, maxNorm, skip ? 1 : 0);
        if (control.DType == DType.Float64)
        {
            Run<F64>(control, skipped, measures, arguments);
        }
        else
        {
            Run<F32>(control, skipped, measures, arguments);
        }
    }

    private static unsafe void Run<T>(in Operand control, in Operand skipped, in Operand measures, Arguments arguments)
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        Device device = control.Device;
        if (device.IsHost)
        {
            device.CountLaunch();
            T* from = measures.Host<T>();
            T total = from[0];
            for (int i = 1; i < arguments.Count; i++)
            {
                total = arguments.Join(total, from[i]);
            }

            T* to = control.Host<T>();
            to[2] = arguments.Norm(total);
            to[1] = arguments.Go(to[2]);
            to[0] = arguments.Factor(to[2]);
            *skipped.Host<long>() += T.IsNonzero(to[1]) ? 0 : 1;
            return;
        }

        device.Kernel<Key<T>, Action<KernelConfig, ArrayView<T>, ArrayView<long>, ArrayView<T>, Arguments>>(
            static accelerator => accelerator.Launcher<ArrayView<T>, ArrayView<long>, ArrayView<T>, Arguments>(Kernel))(
                new KernelConfig(1, GroupTree.Size(device, 1)), control.View<T>(), skipped.View<long>(), measures.View<T>(), arguments);
    }

    // The measures are few, one for each stretch: one thread.
    private static void Kernel<T>(ArrayView<T> control, ArrayView<long> skipped, ArrayView<T> measures, Arguments arguments)
        where T : unmanaged, IReal<T>, IScalar<T>
    {
        if (Group.IdxX == 0)
        {
            T total = measures[0];
            for (int i = 1; i < arguments.Count; i++)
            {
                total = arguments.Join(total, measures[i]);
            }

            T norm = arguments.Norm(total);
            T go = arguments.Go(norm);
            control[0] = arguments.Factor(norm);
            control[1] = go;
            control[2] = norm;
            skipped[0] += T.IsNonzero(go) ? 0 : 1;
        }
    }

    private struct Key<T>
        where T : unmanaged
    {
    }

    internal readonly struct Arguments(int count, double norm, double maxNorm, int skip)
    {
        internal readonly int Count = count;
        private readonly double _norm = norm;
        private readonly double _maxNorm = maxNorm;
        private readonly int _skip = skip;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Join<T>(T a, T b)
            where T : unmanaged, IReal<T> => _norm > double.MaxValue ? T.Max(a, b) : a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Norm<T>(T total)
            where T : unmanaged, IReal<T>
        {
            if (_norm == 2)
            {
                return T.Sqrt(total);
            }

            bool plain = _norm <= 1 || _norm > double.MaxValue;
            return plain ? total : T.Pow(total, 1 / _norm);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Go<T>(T norm)
            where T : unmanaged, IReal<T>
        {
            T one = 1;
            return _skip != 0 ? T.IfEqual(norm - norm, 0, one, 0) : one;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Factor<T>(T norm)
            where T : unmanaged, IReal<T>
        {
            T one = 1;
            return _maxNorm > 0 ? T.Min(one, _maxNorm / (norm + 1e-6)) : one;
        }
    }
}

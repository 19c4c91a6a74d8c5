using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>
/// Decides on the device whether a step is made and by what its gradients are multiplied, from a measure of the gradients, and
/// moves the scale of a loss by that: the host never waits for it.
/// </summary>
internal static unsafe partial class GradientControl
{
    /// <summary>Reduces flat gradients to one number that <see cref="Decide"/> understands.</summary>
    /// <param name="output">One number of the gradients' type.</param>
    /// <param name="gradients">The gradients, flat.</param>
    /// <param name="norm">The exponent of the norm, infinity for the largest magnitude; 0 asks only whether all are finite.</param>
    internal static void Measure(in Operand output, in Operand gradients, double norm)
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
    internal static void Decide(in Operand control, in Operand skipped, in Operand measures, double norm, double maxNorm, bool skip) =>
        Dispatch.Float(
            nameof(GradientControl), control.DType, control.Device,
            new Deciding(new(measures.Count, norm, maxNorm, skip ? 1 : 0), control, skipped, measures));

    /// <summary>
    /// state = [scale, 1 / scale, steps made since the scale last moved], three Float32. A step that was not made, as
    /// <see cref="Decide"/>'s control says in Float32, multiplies the scale by the backoff, down to the
    /// least one; an interval of steps that were made, by the growth, unless that is infinite.
    /// </summary>
    internal static void MoveScale(in Operand state, in Operand control, double growth, double backoff, int interval, double least)
    {
        ScaleRule rule = new((float)growth, (float)backoff, interval, (float)least);
        if (state.Device.StartsOnHost())
        {
            F32* numbers = state.Host<F32>();
            rule.Move(control.Host<F32>()[1], ref numbers[0], ref numbers[1], ref numbers[2]);
        }
        else
        {
            MoveScaleOnGpu(rule, state, control);
        }
    }

    internal readonly struct Decision(int count, double norm, double maxNorm, int skip)
    {
        internal readonly int Count = count;
        private readonly double _norm = norm;
        private readonly double _root = 1 / norm;
        private readonly int _isLargest = double.IsPositiveInfinity(norm) ? 1 : 0;
        private readonly double _maxNorm = maxNorm;
        private readonly int _skip = skip;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T Join<T>(T a, T b)
            where T : unmanaged, IReal<T> => _isLargest != 0 ? T.Max(a, b) : a + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Make<T>(T total, out T factor, out T go, out T norm)
            where T : unmanaged, IReal<T>
        {
            T one = 1;
            norm = _norm == 2 ? T.Sqrt(total) : _norm <= 1 || _isLargest != 0 ? total : T.Pow(total, _root);
            go = _skip != 0 ? T.IfEqual(norm - norm, 0, one, 0) : one;
            factor = _maxNorm > 0 ? T.Min(one, _maxNorm / (norm + 1e-6)) : one;
        }
    }

    internal readonly struct ScaleRule(float growth, float backoff, int interval, float least)
    {
        private readonly float _growth = growth;
        private readonly float _backoff = backoff;
        private readonly int _interval = interval;
        private readonly float _least = least;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Move(F32 go, ref F32 scale, ref F32 inverse, ref F32 steps)
        {
            bool made = F32.IsNonzero(go);
            float count = made ? steps.Value + 1 : 0;
            bool grows = count >= _interval;
            float next = made ? grows ? scale.Value * _growth : scale.Value : scale.Value * _backoff;
            next = next < _least ? _least : next;
            bool bounded = next <= float.MaxValue;
            scale = bounded ? next : scale.Value;
            inverse = 1 / scale.Value;
            steps = grows ? 0 : count;
        }
    }

    private readonly ref struct Deciding(Decision decision, in Operand control, in Operand skipped, in Operand measures) : IFloatVisitor
    {
        private readonly ref readonly Operand _control = ref control;
        private readonly ref readonly Operand _skipped = ref skipped;
        private readonly ref readonly Operand _measures = ref measures;

        public void Visit<T, TVector>()
            where T : unmanaged, IReal<T>, IScalar<T>
            where TVector : unmanaged, IReal<TVector>
        {
            if (!_control.Device.StartsOnHost())
            {
                DecideOnGpu<T>(decision, _control, _skipped, _measures);
                return;
            }

            T* from = _measures.Host<T>();
            T total = from[0];
            for (int i = 1; i < decision.Count; i++)
            {
                total = decision.Join(total, from[i]);
            }

            T* to = _control.Host<T>();
            decision.Make(total, out to[0], out to[1], out to[2]);
            *_skipped.Host<long>() += T.IsNonzero(to[1]) ? 0 : 1;
        }
    }
}

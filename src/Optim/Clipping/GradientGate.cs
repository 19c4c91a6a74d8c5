using System.Runtime.CompilerServices;
using DeepSharp.Kernels;

namespace DeepSharp.Optim;

/// <summary>Carries out clipping and the skipping of steps: sets what each stretch does to its gradients, on the device.</summary>
internal sealed class GradientGate
{
    private readonly Dictionary<(DType, Device), Place> _places = [];
    private readonly ConditionalWeakTable<UpdateRun, Segments> _segments = [];
    private long _skippedBefore;

    /// <summary>The steps skipped. Reading waits for the device.</summary>
    internal long Skipped
    {
        get => _skippedBefore + (_places.Count == 0 ? 0 : (long)_places.Values.First().Skipped.Item());
        set
        {
            _skippedBefore = value;
            foreach (Place place in _places.Values)
            {
                place.Skipped.Fill(0);
            }
        }
    }

    /// <summary>The norm of all gradients at the last decision.</summary>
    internal double Norm => _places.Count == 0 ? double.NaN : _places.Values.First().Control.Narrow(0, 2, 1).Item();

    internal void Prepare(IReadOnlyList<ParameterGroup> groups, GradientClipping? clipping, bool skips, bool inside)
    {
        bool global = clipping is { Kind: GradientClippingKind.GlobalNorm };
        double limit = clipping is { Kind: GradientClippingKind.Value } ? clipping.Limit : 0;
        if (global || skips)
        {
            Decide([.. groups.SelectMany(static group => group.Runs)], global ? clipping!.Norm : 0, global ? clipping!.Limit : 0, skips);
        }

        foreach (UpdateRun run in groups.SelectMany(static group => group.Runs))
        {
            Operand? factor = global ? Number(run, 0) : null;
            Operand? go = skips ? Number(run, 1) : null;
            run.Treatment = new UpdateTreatment(factor, go, limit, 0, 0);
            if (clipping is { Kind: GradientClippingKind.Norm })
            {
                Segments segments = _segments.GetValue(run, static key => new Segments(key)).Now(run);
                _segments.AddOrUpdate(run, segments);
                segments.Clip(run, clipping);
            }

            if (!inside)
            {
                if (factor is not null || limit > 0)
                {
                    UpdateKernel.Run(default(TakeOver), run.Gradients, run.Gradients, [], run.Treatment);
                }

                run.Treatment = new UpdateTreatment(null, go, 0, 0, 0);
            }
        }
    }

    /// <summary>Whether the step is to be made, as a truth value on the device; null if that is not asked.</summary>
    internal Tensor? Go(UpdateRun run) =>
        run.Treatment.Go is null ? null : _places[(run.DType, run.Device)].Control.Narrow(0, 1, 1).Reshape(Shape.Scalar).NotEqual(0);

    /// <summary>The last decision: factor, whether to go, norm.</summary>
    internal Tensor Control(UpdateRun run) => _places[(run.DType, run.Device)].Control;

    private Operand Number(UpdateRun run, int index)
    {
        Operand control = _places[(run.DType, run.Device)].Control.Operand;
        return control with { Offset = control.Offset + index, Dims = [1], Strides = [1] };
    }

    // Every place (element type and device) has the measures of all stretches, so that all come to the same decision.
    private void Decide(UpdateRun[] runs, double norm, double maxNorm, bool skips)
    {
        using TensorScope scope = Tensor.Scope();
        for (int i = 0; i < runs.Length; i++)
        {
            Place place = PlaceOf(runs[i], runs.Length);
            Operand measures = place.Measures.Operand;
            GradientControl.Measure(measures with { Offset = measures.Offset + i }, runs[i].Gradients, norm);
        }

        foreach (Place place in _places.Values)
        {
            for (int i = 0; i < runs.Length; i++)
            {
                Place origin = PlaceOf(runs[i], runs.Length);
                if (!ReferenceEquals(origin, place))
                {
                    place.Measures.Narrow(0, i, 1).CopyFrom(origin.Measures.Narrow(0, i, 1));
                }
            }

            GradientControl.Decide(place.Control.Operand, place.Skipped.Operand, place.Measures.Operand, norm, maxNorm, skips);
        }
    }

    private Place PlaceOf(UpdateRun run, int count)
    {
        if (!_places.TryGetValue((run.DType, run.Device), out Place? place) || place.Measures.Count != count)
        {
            using TensorScope.Suspension suspension = TensorScope.Suspend();
            place = new Place(
                place?.Control ?? Tensor.Zeros(3, run.DType, run.Device),
                place?.Skipped ?? Tensor.Zeros(1, DType.Int64, run.Device),
                Tensor.Zeros(count, run.DType, run.Device));
            _places[(run.DType, run.Device)] = place;
        }

        return place;
    }

    private sealed record Place(Tensor Control, Tensor Skipped, Tensor Measures);

    internal readonly struct TakeOver : IUpdateRule
    {
        public static int Slots => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(ref T value, T gradient, ref T s0, ref T s1, ref T s2)
            where T : unmanaged, IReal<T> => value = gradient;
    }
}

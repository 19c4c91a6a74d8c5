using System.Diagnostics.CodeAnalysis;

namespace DeepSharp.Training;

/// <summary>Sums on a device that go along with the predictions, and are saved.</summary>
internal static class RunningState
{
    /// <summary>Makes the sums, zeros at first, or moves them to where predictions are now.</summary>
    internal static void MoveTo([NotNull] ref Tensor? sums, Shape shape, Device device)
    {
        if (sums is null)
        {
            sums = Tensor.Zeros(shape, DType.Int64, device).KeepForever();
        }
        else if (!ReferenceEquals(sums.Device, device))
        {
            Tensor moved = sums.To(device).KeepForever();
            sums.Dispose();
            sums = moved;
        }
    }

    /// <summary>Takes over saved sums, on the host until predictions come.</summary>
    internal static void Take(ref Tensor? sums, Tensor saved)
    {
        Tensor kept = saved.To(DType.Int64).Clone().KeepForever();
        sums?.Dispose();
        sums = kept;
    }

    /// <summary>Refuses a state that has not these names and shapes.</summary>
    internal static void Require(string metric, IReadOnlyDictionary<string, Tensor> state, params (string Name, Shape? Shape)[] wanted)
    {
        ArgumentNullException.ThrowIfNull(state);
        List<string> faults = SavedState.Faults(wanted, state);
        if (faults.Count > 0)
        {
            throw new ArgumentException($"{metric}.LoadState: {string.Join("; ", faults)}.", nameof(state));
        }
    }
}

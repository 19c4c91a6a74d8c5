namespace DeepSharp.Training;

/// <summary>Numbers of callbacks as they are saved.</summary>
internal static class CallbackState
{
    internal static Dictionary<string, Tensor> Of(params (string Name, double Value)[] numbers) => numbers.ToDictionary(
        static number => number.Name, static number => Tensor.Scalar(number.Value, DType.Float64, Device.Cpu));

    internal static double[] Read(string callback, IReadOnlyDictionary<string, Tensor> state, params string[] names)
    {
        ArgumentNullException.ThrowIfNull(state);
        string[] faults = [.. names.Where(name => !state.TryGetValue(name, out Tensor? value) || value.Count != 1)];
        return faults.Length == 0
            ? [.. names.Select(name => state[name].Item())]
            : throw new ArgumentException($"{callback}.LoadState: the state has no number {string.Join(", ", faults)}.", nameof(state));
    }
}

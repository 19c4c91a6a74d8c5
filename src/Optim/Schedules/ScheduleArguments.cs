namespace DeepSharp.Optim;

/// <summary>Checks of what schedules are given.</summary>
internal static class ScheduleArguments
{
    internal static double NotNegative(object owner, string name, double value) => value >= 0 && double.IsFinite(value)
        ? value
        : throw Error(owner, name, value, "finite and not negative");

    internal static double Positive(object owner, string name, double value) => value > 0 && double.IsFinite(value)
        ? value
        : throw Error(owner, name, value, "finite and above 0");

    internal static int Positive(object owner, string name, int value) => value > 0
        ? value
        : throw Error(owner, name, value, "at least 1");

    internal static double InUnit(object owner, string name, double value) => value is >= 0 and < 1
        ? value
        : throw Error(owner, name, value, "in [0, 1)");

    internal static double UpToOne(object owner, string name, double value) => value is > 0 and <= 1
        ? value
        : throw Error(owner, name, value, "above 0 and at most 1");

    internal static double[] Ascending(object owner, string name, IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        double[] copy = [.. values];
        for (int i = 0; i < copy.Length; i++)
        {
            NotNegative(owner, name, copy[i]);
            if (i > 0 && copy[i] < copy[i - 1])
            {
                throw new ArgumentException(
                    $"{owner.GetType().Name}: {name} must ascend, but {copy[i]} follows {copy[i - 1]}.", name);
            }
        }

        return copy;
    }

    internal static ArgumentOutOfRangeException Error(object owner, string name, object value, string allowed) =>
        new(name, value, $"{owner.GetType().Name}: {name} is {value}; it must be {allowed}.");
}

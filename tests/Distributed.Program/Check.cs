namespace DeepSharp.Tests;

/// <summary>Assertions of the ranks.</summary>
internal static class Check
{
    internal static void Equal<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what)
    {
        if (!expected.SequenceEqual(actual))
        {
            throw new InvalidOperationException($"{what}: [{string.Join(", ", expected)}] was expected, and it is [{string.Join(", ", actual)}].");
        }
    }

    internal static void Is<T>(T expected, T actual, string what) => Equal<T>([expected], [actual], what);

    internal static void Near(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance, string what)
    {
        Is(expected.Count, actual.Count, $"{what}, elements");
        double most = expected.Zip(actual, static (a, b) => Math.Abs((double)a - b)).DefaultIfEmpty().Max();
        if (!(most <= tolerance))
        {
            throw new InvalidOperationException($"{what}: differs by {most}, and {tolerance} is allowed.");
        }
    }

    internal static TException Throws<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException error)
        {
            return error;
        }

        throw new InvalidOperationException($"{typeof(TException).Name} was expected, and nothing was thrown.");
    }
}

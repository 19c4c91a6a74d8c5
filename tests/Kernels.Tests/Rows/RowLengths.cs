namespace DeepSharp.Kernels.Tests;

/// <summary>Row lengths with every tail of every register, one or two registers and more, and several blocks.</summary>
internal static class RowLengths
{
    internal static int[] All { get; } = [.. Enumerable.Range(1, 49), 63, 64, 65, 127, 255, 256, 1000, 1023, 1025, 4099];

    internal static TheoryData<int> Theory => [.. All];

    /// <summary>Around the rows of a batch, and of several pieces for threads.</summary>
    internal static TheoryData<int> Counts => [0, 1, 2, 15, 63, 64, 65, 129, 257, 3001];

    /// <summary>With a second parameter.</summary>
    internal static TheoryData<int, T> With<T>(params T[] values)
    {
        TheoryData<int, T> data = [];
        foreach (int length in All)
        {
            foreach (T value in values)
            {
                data.Add(length, value);
            }
        }

        return data;
    }
}

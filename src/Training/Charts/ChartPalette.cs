namespace DeepSharp.Training;

/// <summary>Colours that can be told apart with any kind of colour vision, on white.</summary>
/// <remarks>Okabe, Ito 2008, "Color Universal Design", without yellow, which is too light for lines.</remarks>
public static class ChartPalette
{
    // After one round of colours the same ones return with another pattern.
    private static readonly string[] s_dashes = ["", "7 3", "2 2.5", "9 3 2 3"];

    /// <summary>The colours, in the order in which lines take them.</summary>
    public static IReadOnlyList<string> Colors { get; } =
        ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333"];

    /// <summary>The style of a line by its number: after seven colours come the same ones dashed, dotted, dash-dotted.</summary>
    /// <param name="index">The number, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static ChartStyle Style(int index)
    {
        Bounds.AtLeast(0, index, nameof(ChartPalette));
        return new() { Color = Colors[index % Colors.Count], Dashes = s_dashes[index / Colors.Count % s_dashes.Length] };
    }
}

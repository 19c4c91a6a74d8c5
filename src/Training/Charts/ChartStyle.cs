namespace DeepSharp.Training;

/// <summary>How a line or a set of points looks.</summary>
public sealed record ChartStyle
{
    /// <summary>The colour, as SVG writes it.</summary>
    public string Color { get; init; } = ChartPalette.Colors[0];

    /// <summary>The width of the line in pixels; 0 for none.</summary>
    public double Width { get; init; } = 1.8;

    /// <summary>The lengths of dashes and gaps in pixels, such as <c>6 3</c>; empty for a line without gaps.</summary>
    public string Dashes { get; init; } = "";

    /// <summary>How much the line covers, from 0 to 1.</summary>
    public double Opacity { get; init; } = 1;

    /// <summary>What marks each point.</summary>
    public ChartMarker Marker { get; init; }

    /// <summary>The radius of the mark in pixels.</summary>
    public double MarkerSize { get; init; } = 2.5;

    /// <summary>The values by name.</summary>
    public override string ToString() => $"ChartStyle {{ {RecordText.Of(PrintMembers)} }}";
}

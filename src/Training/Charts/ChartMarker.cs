namespace DeepSharp.Training;

/// <summary>What marks a point.</summary>
public enum ChartMarker
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A filled circle.</summary>
    Circle,

    /// <summary>An upright cross.</summary>
    Plus,

    /// <summary>A star with five points.</summary>
    Star,
}

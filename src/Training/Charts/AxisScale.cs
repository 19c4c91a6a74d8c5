namespace DeepSharp.Training;

/// <summary>How values are laid out along an axis.</summary>
public enum AxisScale
{
    /// <summary>Equal differences take equal room.</summary>
    Linear,

    /// <summary>Equal ratios take equal room; values that are not above 0 are not drawn.</summary>
    Log,
}

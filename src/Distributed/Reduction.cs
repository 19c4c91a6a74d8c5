namespace DeepSharp.Distributed;

/// <summary>What becomes of the values that all ranks give.</summary>
public enum Reduction
{
    /// <summary>They are added up.</summary>
    Sum,

    /// <summary>The largest one stays.</summary>
    Max,

    /// <summary>The smallest one stays.</summary>
    Min,
}

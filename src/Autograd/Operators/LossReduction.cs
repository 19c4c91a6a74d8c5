namespace DeepSharp;

/// <summary>What becomes of the losses of single elements.</summary>
public enum LossReduction : byte
{
    /// <summary>Their mean, weighted where there are weights.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They stay as they are.</summary>
    None,
}

namespace DeepSharp.Optim;

/// <summary>How the height of a <see cref="CyclicRate"/> changes.</summary>
public enum CycleShape
{
    /// <summary>Every cycle has the full height.</summary>
    Triangular,

    /// <summary>Every cycle has half the height of the one before.</summary>
    Triangular2,

    /// <summary>The height is decay^t.</summary>
    ExponentialRange,
}

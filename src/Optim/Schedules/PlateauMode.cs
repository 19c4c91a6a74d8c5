namespace DeepSharp.Optim;

/// <summary>Which values of a metric are good.</summary>
public enum PlateauMode
{
    /// <summary>Small ones: losses.</summary>
    Min,

    /// <summary>Large ones: accuracies.</summary>
    Max,
}

namespace DeepSharp.Layers;

/// <summary>What an <see cref="Ensemble"/> averages.</summary>
public enum EnsembleAverage
{
    /// <summary>The members' outputs as they are: for regression, and for members that put out probabilities.</summary>
    Outputs,

    /// <summary>The class probabilities that softmax makes of the members' logits.</summary>
    Probabilities,
}

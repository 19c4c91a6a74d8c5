namespace DeepSharp.Distributed;

/// <summary>What becomes of a learning rate that was found on one process, when several ranks make the batch so many times as large.</summary>
public enum LearningRateScaling
{
    /// <summary>It stays: the batch was meant for all ranks together.</summary>
    None,

    /// <summary>It is multiplied by the number of ranks (Goyal et al. 2017), for SGD; warm it up.</summary>
    Linear,

    /// <summary>It is multiplied by the root of the number of ranks (Krizhevsky 2014), for Adam and its kin.</summary>
    SquareRoot,
}

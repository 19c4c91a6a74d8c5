namespace DeepSharp;

/// <summary>What a bag of embeddings becomes.</summary>
public enum BagMode
{
    /// <summary>The mean of its rows.</summary>
    Mean,

    /// <summary>Their sum, each times its weight if there are weights.</summary>
    Sum,

    /// <summary>The largest of each feature.</summary>
    Max,
}

namespace DeepSharp.Distributed;

/// <summary>How <see cref="DataParallel"/> works.</summary>
public sealed record DataParallelOptions
{
    /// <summary>The bytes of gradients that are exchanged together, at least; 4 MB at first. Larger pieces need fewer messages, smaller ones begin earlier in the
    /// backward pass.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not above 0.</exception>
    public int PieceBytes
    {
        get;
        init => field = value > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"DataParallelOptions: PieceBytes must be above 0, not {value}.");
    } = 4 << 20;

    /// <summary>Whether pieces are exchanged while the backward pass computes the others; else when it has ended, to measure what that saves.</summary>
    public bool Overlaps { get; init; } = true;

    /// <summary>Whether a backward pass may leave parameters without a gradient, other ones on each rank: then ranks tell each other after each pass which
    /// have one, and a parameter that no rank has reached is left alone. If not, such a parameter is an error.</summary>
    public bool FindsUnused { get; init; }

    /// <summary>Whether each rank keeps its share of the optimizer's state only (ZeRO 1; Rajbhandari et al. 2020): gradients are added up where their share
    /// is, each rank moves its share of the parameters, and the shares are brought together. The same weights and bytes, to the bit, for one part in
    /// <c>Size</c> of the state's memory. Rules that move single elements only, such as Adam, AdamW, SGD.</summary>
    /// <remarks>Where the optimizer clips gradients or skips steps that are not finite, all gradients are given to all ranks, and half as many bytes more travel. A
    /// loop by hand with a <c>LossScaler</c> sets <c>SkipsNonFinite</c> before its first backward pass.</remarks>
    public bool ShardsState { get; init; }

    /// <summary>What becomes of the optimizer's learning rate for the larger batch of several ranks, once, at the begin.</summary>
    public LearningRateScaling LearningRate { get; init; }
}

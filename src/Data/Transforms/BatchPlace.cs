using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Which batch a transform is given: all that its draws may follow from.</summary>
/// <param name="Seed">The seed of the order.</param>
/// <param name="Epoch">The number of the epoch.</param>
/// <param name="Position">The position of the batch's first sample in the epoch.</param>
/// <param name="Stage">The place of the transform among the data set's, from 0: two of a kind draw different numbers.</param>
public readonly record struct BatchPlace(ulong Seed, int Epoch, int Position, int Stage)
{
    internal ImageDraws Draws => new(Seed, Epoch, Position, (uint)Stage);
}

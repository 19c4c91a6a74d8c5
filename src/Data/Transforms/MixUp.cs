using DeepSharp.Kernels;

namespace DeepSharp.Data;

/// <summary>Each sample with a share of the one before it in the batch, and so its target. Zhang et al., "mixup: beyond empirical risk minimization", 2018.</summary>
/// <remarks>The share lambda of a sample itself is drawn from Beta(alpha, alpha) for each batch, as torchvision's MixUp does. Features of any shape, of
/// Float32 or Float64. Targets become distributions [n, classes] of Float32, which <c>CrossEntropyLoss</c> and <c>Accuracy</c> take: of labels
/// [n], or of distributions.</remarks>
/// <param name="classes">The number of classes.</param>
/// <param name="alpha">Both parameters of the distribution: the smaller, the closer a sample stays to itself.</param>
public sealed class MixUp(int classes, double alpha = 1) : Transform
{
    private readonly Mixing _mixing = new(nameof(MixUp), classes, alpha);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The features are no floating-point numbers, or the targets neither labels nor distributions.</exception>
    public override Batch Apply(Batch batch, BatchPlace place)
    {
        Images.RequireNumbers(batch.X, nameof(MixUp));
        float share = (float)_mixing.Share(place);
        Tensor x = batch.X;
        int rows = x.Shape[0];
        int size = rows == 0 ? 0 : x.Count / rows;
        Tensor mixed = Images.Mapped(x, new MixMap(share, 0, 0, 0, 0), new ImageShape(rows, 1, 1, size, 1, size), nameof(MixUp));
        return _mixing.Mixed(batch.With(mixed), share);
    }
}

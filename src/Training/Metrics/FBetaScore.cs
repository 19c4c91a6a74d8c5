namespace DeepSharp.Training;

/// <summary>
/// The weighted harmonic mean of <see cref="Precision"/> P and <see cref="Recall"/> R, (1 + beta²) P R / (beta² P + R), in [0, 1]: the F1 score
/// by default.
/// </summary>
/// <remarks>C. J. van Rijsbergen, Information Retrieval, 1979: recall counts beta times as much as precision. Averages are taken of the classes'
/// scores, not of precision and recall.</remarks>
public sealed class FBetaScore : ClassMetric
{
    private readonly double _beta;

    /// <summary>A score with its beta.</summary>
    /// <param name="beta">How much more recall counts than precision; more than 0.</param>
    /// <param name="average">How the classes' values become one; of a single yes and no every average is that value.</param>
    /// <param name="threshold">Above it, a prediction is a yes: 0.5 for probabilities, 0 for logits. Null for classes, of which the largest output
    /// is predicted.</param>
    /// <param name="ignoreIndex">Rows with this label, or elements with this target, count nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">Beta is not a number above 0, the average is unknown, or the threshold is NaN.</exception>
    public FBetaScore(double beta = 1, ClassAverage average = ClassAverage.Macro, double? threshold = null, int ignoreIndex = -100)
        : base(average, threshold, ignoreIndex) => _beta = beta > 0 && double.IsFinite(beta)
        ? beta
        : throw new ArgumentOutOfRangeException(nameof(beta), $"FBetaScore: beta must be a number above 0, not {beta}.");

    /// <summary>Such as <c>f1</c> or <c>f0.5</c>.</summary>
    public override string Name => $"f{_beta}";

    private protected override double Value(ClassCounts c) =>
        Ratio((1 + (_beta * _beta)) * c.Right, (_beta * _beta * c.Actual) + c.Predicted);
}

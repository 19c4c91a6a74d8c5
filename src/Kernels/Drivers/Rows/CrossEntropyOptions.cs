namespace DeepSharp.Kernels;

/// <summary>What <see cref="SoftmaxCrossEntropy"/> does with the labels.</summary>
/// <param name="LabelSmoothing">The part of the target spread evenly over all classes: 0, the default, to 1.</param>
/// <param name="IgnoreIndex">A label whose rows count for nothing; null, the default, for none.</param>
/// <param name="Weights">A factor for each class, [columns], of the logits' type; null, the default, for 1.</param>
public readonly record struct CrossEntropyOptions(double LabelSmoothing = 0, long? IgnoreIndex = null, Operand? Weights = null);

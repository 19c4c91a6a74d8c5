namespace DeepSharp.Optim;

/// <summary>A point along a direction: how far, the loss, its derivative along the direction, and its gradient.</summary>
internal sealed record WolfePoint(double Length, double Loss, double Slope, Tensor Gradient);

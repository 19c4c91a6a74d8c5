namespace DeepSharp.Layers;

/// <summary>Adds zeros around the last two axes of [N, C, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom.</param>
public sealed class ZeroPad2D(params ReadOnlySpan<int> padding) : PaddingLayer(2, padding, PaddingMode.Zeros);

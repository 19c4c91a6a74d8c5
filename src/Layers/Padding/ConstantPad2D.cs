namespace DeepSharp.Layers;

/// <summary>Adds a constant around the last two axes of [N, C, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom.</param>
/// <param name="value">The constant.</param>
public sealed class ConstantPad2D(ReadOnlySpan<int> padding, double value) : PaddingLayer(2, padding, PaddingMode.Zeros, value);

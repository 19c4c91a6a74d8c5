namespace DeepSharp.Layers;

/// <summary>Adds the image mirrored at its outermost elements around the last two axes of [N, C, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom.</param>
public sealed class ReflectionPad2D(params ReadOnlySpan<int> padding) : PaddingLayer(2, padding, PaddingMode.Reflect);

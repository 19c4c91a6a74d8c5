namespace DeepSharp.Layers;

/// <summary>Adds a constant around the last three axes of [N, C, D, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom, front, back.</param>
/// <param name="value">The constant.</param>
public sealed class ConstantPad3D(ReadOnlySpan<int> padding, double value) : PaddingLayer(3, padding, PaddingMode.Zeros, value);

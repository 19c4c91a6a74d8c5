namespace DeepSharp.Layers;

/// <summary>Adds a constant around the last axis of [N, C, L].</summary>
/// <param name="padding">How much on every side, or left, right.</param>
/// <param name="value">The constant.</param>
public sealed class ConstantPad1D(ReadOnlySpan<int> padding, double value) : PaddingLayer(1, padding, PaddingMode.Zeros, value);

/// <summary>Adds a constant around the last two axes of [N, C, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom.</param>
/// <param name="value">The constant.</param>
public sealed class ConstantPad2D(ReadOnlySpan<int> padding, double value) : PaddingLayer(2, padding, PaddingMode.Zeros, value);

/// <summary>Adds a constant around the last three axes of [N, C, D, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom, front, back.</param>
/// <param name="value">The constant.</param>
public sealed class ConstantPad3D(ReadOnlySpan<int> padding, double value) : PaddingLayer(3, padding, PaddingMode.Zeros, value);

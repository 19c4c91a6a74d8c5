namespace DeepSharp.Layers;

/// <summary>Adds a constant around the last axis of [N, C, L].</summary>
/// <param name="padding">How much on every side, or left, right.</param>
/// <param name="value">The constant.</param>
public sealed class ConstantPad1D(ReadOnlySpan<int> padding, double value) : PaddingLayer(1, padding, PaddingMode.Zeros, value);

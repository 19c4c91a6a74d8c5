namespace DeepSharp.Layers;

/// <summary>Adds zeros around the last axis of [N, C, L].</summary>
/// <param name="padding">How much on every side, or left, right.</param>
public sealed class ZeroPad1D(params ReadOnlySpan<int> padding) : PaddingLayer(1, padding, PaddingMode.Zeros);

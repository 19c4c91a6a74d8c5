namespace DeepSharp.Layers;

/// <summary>Adds zeros around the last three axes of [N, C, D, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom, front, back.</param>
public sealed class ZeroPad3D(params ReadOnlySpan<int> padding) : PaddingLayer(3, padding, PaddingMode.Zeros);

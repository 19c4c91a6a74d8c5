namespace DeepSharp.Layers;

/// <summary>Adds the outermost elements around the last axis of [N, C, L].</summary>
/// <param name="padding">How much on every side, or left, right.</param>
public sealed class ReplicationPad1D(params ReadOnlySpan<int> padding) : PaddingLayer(1, padding, PaddingMode.Replicate);

/// <summary>Adds the outermost elements around the last two axes of [N, C, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom.</param>
public sealed class ReplicationPad2D(params ReadOnlySpan<int> padding) : PaddingLayer(2, padding, PaddingMode.Replicate);

/// <summary>Adds the outermost elements around the last three axes of [N, C, D, H, W].</summary>
/// <param name="padding">How much on every side, or left, right, top, bottom, front, back.</param>
public sealed class ReplicationPad3D(params ReadOnlySpan<int> padding) : PaddingLayer(3, padding, PaddingMode.Replicate);

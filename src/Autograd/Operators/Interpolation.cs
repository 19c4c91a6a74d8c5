namespace DeepSharp;

/// <summary>What stands between the elements of an image that is enlarged.</summary>
public enum Interpolation
{
    /// <summary>The element at floor(i · scale): PyTorch's <c>nearest</c>.</summary>
    Nearest,

    /// <summary>The element at floor((i + ½) · scale), whose middle is nearest: PyTorch's <c>nearest-exact</c>, and what Pillow does.</summary>
    NearestExact,

    /// <summary>A straight line between neighbours along each axis: linear, bilinear, trilinear.</summary>
    Linear,

    /// <summary>A cubic curve through four neighbours along each axis (Keys 1981, with a = -¾): PyTorch's <c>bicubic</c>.</summary>
    Cubic,
}

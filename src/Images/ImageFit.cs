namespace DeepSharp.Images;

/// <summary>How a picture comes to a size of another shape.</summary>
public enum ImageFit
{
    /// <summary>Scaled until it covers the size; what is over is cut off on both sides alike.</summary>
    Crop,

    /// <summary>Scaled along each axis by itself.</summary>
    Stretch,
}

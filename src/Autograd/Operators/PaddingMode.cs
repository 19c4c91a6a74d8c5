namespace DeepSharp;

/// <summary>What stands around an image.</summary>
public enum PaddingMode
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The image mirrored at its outermost elements, which are not repeated: c b | a b c | b a.</summary>
    Reflect,

    /// <summary>The outermost elements: a a | a b c | c c.</summary>
    Replicate,

    /// <summary>The image again: b c | a b c | a b.</summary>
    Circular,
}

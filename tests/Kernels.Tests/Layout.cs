namespace DeepSharp.Kernels.Tests;

/// <summary>How a test's tensor stands in memory.</summary>
public enum Layout
{
    /// <summary>Row-major, from the start of the memory.</summary>
    Contiguous,

    /// <summary>The axes in reverse order.</summary>
    Transposed,

    /// <summary>Every second element of a larger tensor, from the third on.</summary>
    Gapped,

    /// <summary>The second axis repeated without memory of its own.</summary>
    Broadcast,
}

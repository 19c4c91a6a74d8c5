namespace DeepSharp.Kernels;

/// <summary>A block's memory as the pool remembers it, whoever has its block.</summary>
/// <remarks>
/// The pool refers to these strongly, because ILGPU's finalizer would free a buffer that nobody reaches, even one that a tensor's
/// guard is handing back in the same moment. It does not refer to the blocks, or no guard would ever see them go.
/// </remarks>
internal sealed class Allocation(object? buffer, long byteLength)
{
    /// <summary>ILGPU's buffer (an object, since code of the host must not mention its type); null on the host.</summary>
    internal object? Buffer { get; } = buffer;

    internal long ByteLength { get; } = byteLength;

    /// <summary>The operator that uses the memory; null while it waits in the pool.</summary>
    internal string? Origin { get; set; }

    /// <summary>The axis lengths of the tensor it was asked for.</summary>
    internal int[] Dims { get; set; } = [];
}

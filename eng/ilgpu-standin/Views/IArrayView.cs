using ILGPU.Runtime;

namespace ILGPU;

/// <summary>A view of a buffer's elements.</summary>
public interface IArrayView
{
    MemoryBuffer Buffer { get; }

    int ElementSize { get; }

    long Length { get; }

    long LengthInBytes { get; }

    bool IsValid { get; }
}
